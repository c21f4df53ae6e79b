// Owns the configurations of the forward proxies. Each says Via, so that the server can tell who came through it.
import type { Ground, Recipe } from './program.ts';

/** Squid with the access rules of Debian's squid.conf; no logs, no cache on disk. */
export function squid({ port, folder }: Ground): Recipe {
  const config = `acl SSL_ports port 443
acl Safe_ports port 80 443 1025-65535
http_access deny !Safe_ports
http_access deny CONNECT !SSL_ports
http_access allow localhost
http_access deny all
http_port 127.0.0.1:${port}
visible_hostname proxy.test
access_log none
cache_log ${folder}/cache.log
pid_filename ${folder}/squid.pid
coredump_dir ${folder}
cache_mem 8 MB
pinger_enable off
shutdown_lifetime 0 seconds
refresh_pattern -i (/cgi-bin/|\\?) 0 0% 0
refresh_pattern . 0 20% 4320
`;
  return { command: 'squid', args: ['-N', '-f', `${folder}/squid.conf`], files: { 'squid.conf': config } };
}

/** tinyproxy with the settings of Debian's tinyproxy.conf. */
export function tinyproxy({ port, folder }: Ground): Recipe {
  const config = `User tinyproxy
Group tinyproxy
Listen 127.0.0.1
Port ${port}
Timeout 600
MaxClients 100
Allow 127.0.0.1
ViaProxyName "tinyproxy"
`;
  return {
    command: 'tinyproxy',
    args: ['-d', '-c', `${folder}/tinyproxy.conf`],
    files: { 'tinyproxy.conf': config },
  };
}

/** Privoxy with Debian's own actions and filters, and actions of a row. It says no Via by itself. */
export function privoxy({ port, folder }: Ground, actions = ''): Recipe {
  const config = `confdir /etc/privoxy
logdir ${folder}
logfile privoxy.log
actionsfile match-all.action
actionsfile default.action
actionsfile ${folder}/row.action
filterfile default.filter
listen-address 127.0.0.1:${port}
toggle 1
buffer-limit 4096
keep-alive-timeout 5
tolerate-pipelining 1
socket-timeout 300
`;
  const action = `{ +add-header{Via: 1.1 privoxy} }\n/\n${actions}`;
  return {
    command: 'privoxy',
    args: ['--no-daemon', `${folder}/privoxy.conf`],
    files: { 'privoxy.conf': config, 'row.action': action },
  };
}
