// What a proxy with HTTPS owes everybody who comes to its door.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import tls from 'node:tls';
import { name } from '../lib/proxies.mjs';

/** Milliseconds within which a proxy must answer. */
const patience = 10_000;

/** Checks that a certificate vouches for a proxy, and that plain HTTP leads to HTTPS. @param {import('../lib/proxies.mjs').Front} proxy */
export async function guarded(proxy) {
  const ca = fs.readFileSync(proxy.root, 'utf8');
  const socket = tls.connect({ port: proxy.https, host: '127.0.0.1', servername: name, ca });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(patience) });
    assert.ok(socket.authorized);
  } finally {
    socket.destroy();
  }

  const request = http.get({
    port: proxy.http,
    host: '127.0.0.1',
    path: '/rooms/1',
    headers: { host: name },
    agent: false,
    signal: AbortSignal.timeout(patience),
  });
  const [response] = await once(request, 'response');
  response.resume();
  assert.ok(response.statusCode === 301 || response.statusCode === 308, `${response.statusCode}`);
  assert.equal(response.headers.location, `https://${name}/rooms/1`, 'plain HTTP leads to HTTPS');
}
