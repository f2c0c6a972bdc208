// Two people talk through nginx and through Caddy, with exactly the configurations that docs/self-hosting.md shows.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';
import tls from 'node:tls';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { lines } from './lib/conversation.mjs';
import { choose, invite, listensBy, say, sees, setUp, signUp, transcript } from './lib/people.mjs';
import { caddy, freePort, nginx } from './lib/proxies.mjs';
import { Server } from './lib/server.mjs';

const name = 'chat.example.org';
const said = lines(12);

for (const [title, start] of Object.entries({ nginx, caddy })) {
  test(`two people talk over streams through ${title} with HTTPS`, async (t) => {
    const port = await freePort();
    const server = new Server({
      env: { CHATD_PUBLIC_URL: `https://${name}`, CHATD_TRUSTED_PROXIES: '127.0.0.1' },
    });
    server.url = `http://127.0.0.1:${port}`;
    const proxy = await start(port);
    const browser = await launchChromium([
      `--host-resolver-rules=MAP ${name}:443 127.0.0.1:${proxy.https}`,
      '--ignore-certificate-errors',
    ]);
    t.after(async () => {
      await browser.close();
      await server.dispose();
      await proxy.stop(); // last: Caddy waits for streams to end
    });
    await server.start();

    const ana = await newPerson(browser);
    await setUp(ana.page, `https://${name}`, { name: 'ana', code: server.setupCode() });
    const link = await invite(ana.page);
    assert.ok(link.startsWith(`https://${name}/join/`), link);
    const bo = await newPerson(browser);
    await signUp(bo.page, link, 'bo');
    await choose(ana.page, 'iframe');
    await choose(bo.page, 'iframe');
    for (const [n, text] of said.entries()) {
      const [speaker, listener] = n % 2 ? [bo.page, ana.page] : [ana.page, bo.page];
      await say(speaker, text);
      await sees(listener, text);
    }
    await sees(bo.page, said.at(-1) ?? '');
    await listensBy(ana.page, 'iframe');
    await listensBy(bo.page, 'iframe');
    assert.deepEqual(
      (await transcript(bo.page)).map((m) => m.text),
      said,
    );

    const cookie = (await ana.context.cookies()).find((c) => c.name.endsWith('chatd_session'));
    assert.equal(cookie?.name, '__Host-chatd_session');
    assert.ok(cookie?.secure && cookie.httpOnly);
    assert.deepEqual([...ana.problems, ...bo.problems], []);

    await vouched(proxy.https, fs.readFileSync(proxy.root, 'utf8'));
    const [status, location] = await plain(proxy.http);
    assert.ok(status === 301 || status === 308, `${status}`);
    assert.equal(location, `https://${name}/rooms/1`, 'plain HTTP leads to HTTPS');
  });
}

/** Checks that a proxy's certificate is vouched for by its root. @param {number} port @param {string} root */
async function vouched(port, root) {
  const socket = tls.connect({ port, host: '127.0.0.1', servername: name, ca: root });
  await once(socket, 'secureConnect');
  assert.ok(socket.authorized);
  socket.destroy();
}

/** Asks without TLS. @param {number} port @returns {Promise<[number | undefined, string | undefined]>} */
async function plain(port) {
  const request = http.get({ port, host: '127.0.0.1', path: '/rooms/1', headers: { host: name } });
  const [response] = await once(request, 'response');
  response.resume();
  return [response.statusCode, response.headers.location];
}
