// Owns the list of what is compared: for each name its server, its client, and what is told about it.

/** `server` is a file of servers/, `client` one of load/clients.mjs; without one it is for a browser. */
export const SYSTEMS = {
  ours: { server: 'ours', options: { attach: true }, client: 'ours' },
  ours_express: { server: 'ours', options: { attach: false }, client: 'ours' },
  bare: { server: 'bare', client: 'bare' },
  bare_express: { server: 'bare-express', client: 'bareExpress' },
  liveviewjs: { server: 'liveviewjs', client: 'liveviewjs' },
  ws: { server: 'ws', client: 'ws' },
  better_sse: { server: 'better-sse', client: 'betterSse' },
  pages: { server: 'pages' },
};

/** What a load generator can be let loose on. */
export const LOADED = Object.keys(SYSTEMS).filter((name) => SYSTEMS[name].client);
