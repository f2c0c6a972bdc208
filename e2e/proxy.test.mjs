// The first visits behind a proxy with HTTPS, at the address that people type. e2e/reach has people talk through proxies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium, newPerson } from './lib/browser.mjs';
import { invite, listensBy, say, sees, setUp, signUp } from './lib/people.mjs';
import { caddy, freePort, name, nginx } from './lib/proxies.mjs';
import { Server } from './lib/server.mjs';

for (const [title, start] of Object.entries({ nginx, caddy })) {
  test(`a workspace is set up and joined through ${title} with HTTPS`, async (t) => {
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
    await setUp(ana.page, `https://${name}`, { name: 'ana', code: await server.setupCode() });
    const link = await invite(ana.page);
    assert.ok(link.startsWith(`https://${name}/join/`), link);
    const bo = await newPerson(browser);
    await signUp(bo.page, link, 'bo');
    await listensBy(ana.page, 'iframe');
    await listensBy(bo.page, 'iframe');
    await say(bo.page, 'Hello');
    await sees(ana.page, 'Hello');

    for (const { context } of [ana, bo]) {
      const cookie = (await context.cookies()).find((c) => c.name.endsWith('chatd_session'));
      assert.equal(cookie?.name, '__Host-chatd_session');
      assert.ok(cookie?.secure && cookie.httpOnly);
    }
    assert.deepEqual([...ana.problems, ...bo.problems], []);
  });
}
