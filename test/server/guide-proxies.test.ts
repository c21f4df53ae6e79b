// The configurations of docs/guides/proxies.md, as they stand there but for the ports: each lets a stream through, and a push within a quarter of a second.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session from 'express-session';
import { html, LiveComponent, liveview, topic } from 'htmx-liveview';
import { connectLive } from 'htmx-liveview/testing';
import { expect, test } from 'vitest';
import { findProgram, freePort, type Ground, inFolder, type Recipe, startProgram } from '../proxies/program.ts';
import { apache } from '../proxies/reverse.ts';
import { SECRET } from '../support/app.ts';
import { samplesOf } from '../support/quotes.ts';

const ticks = topic<number>('ticks');

class Ticker extends LiveComponent {
  static component = 'guide.Ticker';
  static events = { add: true };
  n = 0;
  clicks = 0;
  mount() {
    this.subscribe(ticks, (n) => {
      this.n = n;
    });
  }
  add() {
    this.clicks += 1;
  }
  render() {
    return html`<p>${this.n} ticks, ${this.clicks} clicks</p><button lv-event="add">+</button>`;
  }
}

/** A configuration of the guide, for the ports and the folder of a test. */
function configOf(language: string, { port, behind }: Ground, listen: RegExp, here: string): string {
  const [text = ''] = samplesOf('docs/guides/proxies.md', language);
  expect(text).toMatch(listen);
  return text.replace(listen, here.replace('PORT', String(port))).replace('3000', String(behind));
}

const recipes: Record<string, (ground: Ground) => Recipe> = {
  nginx(ground) {
    const { folder } = ground;
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((it) => `${it}_temp_path ${folder}/${it};`);
    const config = configOf('nginx', ground, /listen 80;/, 'listen 127.0.0.1:PORT;');
    const text = `user root; worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log stderr; events {}
http { gzip on; access_log off; ${paths.join(' ')}\n${config}\n}\n`;
    return {
      command: 'nginx',
      args: ['-p', folder, '-c', `${folder}/nginx.conf`],
      files: { 'nginx.conf': text },
    };
  },
  haproxy(ground) {
    const config = `${configOf('haproxy', ground, /bind :80/, 'bind 127.0.0.1:PORT')}\n`;
    return {
      command: 'haproxy',
      args: ['-db', '-f', `${ground.folder}/haproxy.cfg`],
      files: { 'haproxy.cfg': config },
    };
  },
  apache2(ground) {
    // the suite's own configuration up to its ProxyPass, and the guide's from there
    const { files = {}, ...recipe } = apache(ground);
    const head = (files['apache.conf'] ?? '').replace(/^ProxyPass.*$/gm, '');
    const headers = 'LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so';
    const config = configOf('apache', ground, /\*:80/, '127.0.0.1:PORT').replaceAll(':3000', `:${ground.behind}`);
    return { ...recipe, files: { 'apache.conf': `${headers}\n${head}\n${config}\n` } };
  },
  caddy(ground) {
    const { folder } = ground;
    const config = configOf('caddy', ground, /example\.com \{/, 'http://:PORT {\n  bind 127.0.0.1');
    return {
      command: 'caddy',
      args: ['run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
      files: { Caddyfile: `{\n  admin off\n  auto_https off\n}\n${config}\n` },
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    };
  },
  varnishd(ground) {
    const { folder, port } = ground;
    return {
      command: 'varnishd',
      args: `-F -n ${folder}/work -a 127.0.0.1:${port} -f ${folder}/default.vcl -T none -s malloc,16M -p thread_pool_min=10`.split(
        ' ',
      ),
      files: { 'default.vcl': configOf('vcl', ground, /vcl 4\.1;/, 'vcl 4.1;') },
    };
  },
  lighttpd(ground) {
    const { folder, port } = ground;
    const head = `server.document-root = "${folder}"\nserver.upload-dirs = ( "${folder}" )\nserver.bind = "127.0.0.1"\nserver.port = ${port}`;
    const config = configOf('lighttpd', ground, /^server\.modules/, 'server.modules');
    return {
      command: 'lighttpd',
      args: ['-D', '-f', `${folder}/lighttpd.conf`],
      files: { 'lighttpd.conf': `${head}\n${config}\n` },
    };
  },
};

async function startApp() {
  const app = express();
  app.set('trust proxy', 1);
  app.get('/health', (_req, res) => res.send('ok'));
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false }));
  const live = liveview({ secret: SECRET, components: [Ticker] });
  app.use('/live', live.router);
  app.get('/', async (req, res) => {
    res.set('x-seen', `${req.headers['x-forwarded-proto']} ${req.ip} ${req.headers.host}`);
    res.send(`<script src="/live/liveview.js"></script>${await live.render(req, Ticker)}`);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    live.close();
    server.closeAllConnections();
    server.close();
  };
  return { live, close, port: (server.address() as AddressInfo).port };
}

// npm run proxies -- --install has them all
for (const [program, recipe] of Object.entries(recipes)) {
  test.skipIf(!findProgram(program))(`the configuration of ${program} lets a stream through`, () =>
    letsThrough(program, recipe),
  );
}

async function letsThrough(program: string, recipe: (ground: Ground) => Recipe): Promise<void> {
  await inFolder(async (folder) => {
    const app = await startApp();
    const ground = { port: await freePort(), behind: app.port, folder };
    const stop = await startProgram(recipe(ground), ground);
    try {
      const url = `http://127.0.0.1:${ground.port}`;
      await expect.poll(async () => (await fetch(url)).status, { timeout: 5000 }).toBe(200);
      const seen = (await fetch(url)).headers.get('x-seen');
      // Varnish does not speak TLS: what does it in front of it says so
      const scheme = program === 'varnishd' ? 'undefined' : 'http';
      expect(seen).toBe(`${scheme} 127.0.0.1 127.0.0.1:${ground.port}`);
      const page = await connectLive(url);
      const ticker = page.view('guide.Ticker');
      await ticker.click('button');
      expect(ticker.text).toContain('1 clicks');
      for (const n of [1, 2, 3]) {
        const start = performance.now();
        app.live.publish(ticks, n);
        await expect.poll(() => ticker.text, { interval: 5 }).toContain(`${n} ticks`);
        expect(performance.now() - start).toBeLessThan(program === 'haproxy' ? 150 : 250);
      }
      await page.close();
    } finally {
      await stop();
      app.close();
    }
  });
}
