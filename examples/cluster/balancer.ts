// The balancer: round robin, no sticky sessions, and whoever is dead is skipped. nginx where it is installed, else a small one in Node.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { folder, startServer } from './programs.ts';

/** Starts one at `port`, and says which. BALANCER=node or BALANCER=nginx chooses. */
export async function startBalancer(port: number, nodes: readonly number[]): Promise<string> {
  process.env.PATH += ':/usr/sbin:/usr/local/sbin'; // where system programs are, which a user's path may lack
  const { BALANCER = spawnSync('nginx', ['-v']).status === 0 ? 'nginx' : 'node' } = process.env;
  if (BALANCER === 'nginx') await startNginx(port, nodes);
  else createServer(roundRobin(nodes)).listen(port, '127.0.0.1');
  return BALANCER === 'nginx' ? 'nginx' : 'a balancer in Node';
}

// --- nginx -------------------------------------------------------------------------------------------------------

async function startNginx(port: number, nodes: readonly number[]): Promise<void> {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, nginxConfig(port, nodes));
  await startServer('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], port);
}

/** `upstream` and `server` are what a real one needs; the rest makes it one process that writes nowhere else. */
function nginxConfig(port: number, nodes: readonly number[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}

  upstream nodes {
    # round robin; a node that did not answer is left out for a second
    ${nodes.map((node) => `server 127.0.0.1:${node} max_fails=1 fail_timeout=1s;`).join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://nodes;
      proxy_http_version 1.1;                  # streams pass as they come, also behind another nginx
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_next_upstream error timeout;       # a dead node: the next is asked. Not for a POST that it may have read: the page repeats that
      proxy_connect_timeout 1s;
    }
  }
}`;
}

// --- Node --------------------------------------------------------------------------------------------------------

/** Hands each request to the next node, or to the one after where that has died. */
function roundRobin(nodes: readonly number[]) {
  let turn = 0;
  return (req: IncomingMessage, res: ServerResponse) => {
    const first = turn++;
    const attempt = (tries: number): void => {
      if (res.destroyed) return; // nobody waits any more
      if (tries === nodes.length) return giveUp(res);
      const { method, url: path, headers } = req;
      const port = nodes[(first + tries) % nodes.length];
      // no agent: a connection that was kept may be one to a process that has died since
      const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
      let isTaken = false;
      asked.once('socket', (socket) =>
        socket.once('connect', () => {
          isTaken = method !== 'GET'; // what a dead node has read of a POST it may have done: the page repeats it, with its number
          req.pipe(asked);
        }),
      );
      asked.once('error', () => (isTaken || res.headersSent ? giveUp(res) : attempt(tries + 1)));
      asked.once('response', (answer) => pass(answer, res));
      res.once('close', () => asked.destroy());
    };
    attempt(0);
  };
}

function pass(answer: IncomingMessage, res: ServerResponse): void {
  const { connection, 'keep-alive': _, 'transfer-encoding': __, ...headers } = answer.headers;
  res.writeHead(answer.statusCode ?? 502, headers);
  answer.pipe(res);
  answer.once('error', () => res.destroy()); // it died in the middle
}

function giveUp(res: ServerResponse): void {
  if (res.headersSent) return void res.destroy();
  res.writeHead(502, { 'Content-Type': 'text/plain' }).end('No node answers. Try again in a moment.');
}
