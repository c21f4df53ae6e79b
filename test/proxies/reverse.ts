// Owns the configurations of the other reverse proxies: what their Debian packages have, as far as it shapes an answer, and what a row adds.
import type { Ground, Recipe } from './program.ts';

/** HAProxy with the defaults of Debian's haproxy.cfg. */
export function haproxy({ port, behind, folder }: Ground, added = ''): Recipe {
  const config = `defaults
  mode http
  timeout connect 5000
  timeout client 50000
  timeout server 50000
${added}
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  server app 127.0.0.1:${behind}
`;
  return { command: 'haproxy', args: ['-db', '-f', `${folder}/haproxy.cfg`], files: { 'haproxy.cfg': config } };
}

const APACHE_MODULES = ['mpm_event', 'authz_core', 'reqtimeout', 'filter', 'deflate', 'proxy', 'proxy_http'];

/** Apache with ProxyPass. */
export function apache({ port, behind, folder }: Ground, added = ''): Recipe {
  const modules = APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  const config = `${modules.join('\n')}
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
ServerName 127.0.0.1
User www-data
Group www-data
Listen 127.0.0.1:${port}
KeepAliveTimeout 5
ProxyPass / http://127.0.0.1:${behind}/
ProxyPassReverse / http://127.0.0.1:${behind}/
${added}
`;
  return {
    command: 'apache2',
    args: ['-D', 'FOREGROUND', '-f', `${folder}/apache.conf`],
    files: { 'apache.conf': config },
  };
}

/** Caddy with `reverse_proxy`. */
export function caddy({ port, behind, folder }: Ground, added = ''): Recipe {
  const config = `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  ${added}
  reverse_proxy 127.0.0.1:${behind}
}
`;
  return {
    command: 'caddy',
    args: ['run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
    files: { Caddyfile: config },
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  };
}

/** Varnish with its built-in VCL, and what is added before it. */
export function varnish({ port, behind, folder }: Ground, added = ''): Recipe {
  const config = `vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "${behind}"; }
${added}
`;
  const args = ['-F', '-n', `${folder}/work`, '-a', `127.0.0.1:${port}`, '-f', `${folder}/default.vcl`];
  return {
    command: 'varnishd',
    args: [...args, '-T', 'none', '-s', 'malloc,16M', '-p', 'thread_pool_min=10'],
    files: { 'default.vcl': config },
  };
}

/** lighttpd with mod_proxy. */
export function lighttpd({ port, behind, folder }: Ground, added = ''): Recipe {
  const config = `server.modules = ( "mod_proxy" )
server.document-root = "${folder}"
server.upload-dirs = ( "${folder}" )
server.bind = "127.0.0.1"
server.port = ${port}
proxy.server = ( "" => ( ( "host" => "127.0.0.1", "port" => ${behind} ) ) )
${added}
`;
  return { command: 'lighttpd', args: ['-D', '-f', `${folder}/lighttpd.conf`], files: { 'lighttpd.conf': config } };
}
