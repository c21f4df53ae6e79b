// Owns nginx's configurations: what Debian's package has in its http block, and what a row adds.
import { freePort, type Ground, type Recipe } from './program.ts';

interface Added {
  /** Lines of the http block, of the location that the browser comes to, and of one behind that. */
  readonly http?: string;
  readonly location?: string;
  readonly inner?: string;
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** nginx with a plain `proxy_pass`, and what is added to it. */
export function nginx({ port, behind, folder }: Ground, added: Added = {}): Recipe {
  return recipe(folder, added.http, server(port, behind, added.location));
}

/** nginx behind nginx. */
export async function nginxTwice({ port, behind, folder }: Ground, added: Added = {}): Promise<Recipe> {
  const middle = await freePort();
  const servers = server(port, middle, added.location) + server(middle, behind, added.inner);
  return recipe(folder, added.http, servers);
}

function server(port: number, behind: number, location = ''): string {
  return `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${behind}; ${location} } }\n`;
}

function recipe(folder: string, http = '', servers = ''): Recipe {
  const paths = TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  const config = `user root; worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log stderr;
events { worker_connections 768; }
http { sendfile on; tcp_nopush on; gzip on; access_log off; ${paths} ${http}
${servers}}
`;
  return {
    command: 'nginx',
    args: ['-p', folder, '-c', `${folder}/nginx.conf`],
    files: { 'nginx.conf': config },
  };
}
