// Squid as the proxy that a browser is told to use.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Front, freePort } from '../lib/proxies.mjs';

/** Starts a Squid that knows one name for this machine. @param {string} name */
export async function squid(name) {
  const proxy = new Front('squid');
  proxy.http = await freePort();
  fs.writeFileSync(path.join(proxy.folder, 'hosts'), `127.0.0.1 ${name}\n`);
  const configuration = path.join(proxy.folder, 'squid.conf');
  fs.writeFileSync(
    configuration,
    `${unprivileged(proxy.folder)}http_port 127.0.0.1:${proxy.http}
hosts_file ${proxy.folder}/hosts
http_access allow localhost
http_access deny all
access_log stdio:${proxy.folder}/requests
cache_log ${proxy.folder}/cache.log
pid_filename ${proxy.folder}/pid
coredump_dir ${proxy.folder}
shutdown_lifetime 0 seconds
`,
  );
  await proxy.run(['-N', '-f', configuration]);
  return proxy;
}

/** As root, Squid becomes another user, who must be able to write. @param {string} folder */
function unprivileged(folder) {
  if (process.getuid?.() !== 0) return '';
  const id = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
  fs.chownSync(folder, id, -1);
  return 'cache_effective_user nobody\n';
}

/** The requests that came by, one a line. @param {Front} proxy */
export const requests = (proxy) =>
  fs.readFileSync(path.join(proxy.folder, 'requests'), 'utf8').split('\n').filter(Boolean);
