// Owns the list of what is compared: for each name its server, its client, and what is told about it.
import { existsSync } from 'node:fs';

/** Whether the peers are installed; where there is no registry, only this project and the floors are measured. */
export const HAS_PEERS = existsSync(new URL('node_modules/liveviewjs', import.meta.url));

/** `server` is a file of servers/, `client` one of load/clients.mjs; without one it is for a browser. `isAside`: only for a comparison of its own. */
export const SYSTEMS = {
  ours: { server: 'ours', options: { attach: true }, client: 'ours' },
  ours_express: { server: 'ours', options: { attach: false }, client: 'ours' },
  bare: { server: 'bare', client: 'bare' },
  bare_express: { server: 'bare-express', client: 'bareExpress' },
  liveviewjs: { server: 'liveviewjs', client: 'liveviewjs', isPeer: true },
  ws: { server: 'ws', client: 'ws' },
  better_sse: { server: 'better-sse', client: 'betterSse', isPeer: true },
  ours_inspected: {
    server: 'ours',
    options: { attach: true, inspector: { authorize: () => true } },
    client: 'ours',
    isAside: true,
  },
  pages: { server: 'pages' },
};

/** Of these names the ones that can be measured here. */
export const present = (names) => names.filter((name) => HAS_PEERS || !SYSTEMS[name].isPeer);

/** What a load generator can be let loose on. */
export const LOADED = present(Object.keys(SYSTEMS).filter((name) => SYSTEMS[name].client && !SYSTEMS[name].isAside));
