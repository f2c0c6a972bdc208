// A backlog that is much larger than what the network lets through on one connection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { kinds, launch, newTab } from './lib/browser.mjs';
import { compare, numbered } from './lib/compare.mjs';
import { Owner } from './lib/owner.mjs';
import { choose, part, sees, transcript } from './lib/people.mjs';
import { stored } from './lib/postgres.mjs';
import { Server } from './lib/server.mjs';
import { Cutter } from './reach/cutter.mjs';
import { notes, watch } from './reach/watch.mjs';

/** Bytes that come through on one connection. */
const most = 8 * 1024;
/** Lines of the backlog, each of about 1.5 KiB. */
const count = 40;

const server = new Server();
/** @type {Owner} */
let ana;

before(async () => {
  await server.start();
  ana = await Owner.setUp(server.url);
});

after(() => server.dispose());

for (const kind of kinds) {
  test(`${kind} gets a backlog of 60 KiB over connections that end after 8 KiB`, {
    timeout: 180_000,
  }, async (t) => {
    const browser = await launch(kind);
    const cutter = new Cutter(server.url, { bytes: most });
    t.after(async () => {
      await browser.close();
      cutter.stop();
    });
    const context = await browser.createBrowserContext();
    const { page, problems } = await newTab(context);
    const address = `http://127.0.0.1:${await cutter.start()}/rooms/${ana.room.id}`;
    await (await ana.signIn()).lend(context, '127.0.0.1');
    await page.goto(address);
    await choose(page, 'long-poll');
    await page.evaluateOnNewDocument(watch);
    await page.goto(address);
    await part(page, 'composer');
    await ana.say(`${kind} is here`);
    await sees(page, `${kind} is here`);

    cutter.close();
    const texts = Array.from({ length: count }, (_, n) => `${kind} ${n} ${'long '.repeat(300).trim()}`);
    for (const text of texts) await ana.say(text);
    cutter.arm();
    cutter.open();
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await sees(page, texts.at(-1) ?? '', 90_000);

    const kept = (await stored(server, ana.room.id))
      .filter(({ text }) => text.startsWith(kind))
      .map(numbered);
    assert.equal(kept.length, count + 1);
    const shown = (await transcript(page)).filter(({ text }) => text.startsWith(kind)).map(numbered);
    const came = (await notes(page)).lines.filter(({ text }) => text.startsWith(kind)).map(numbered);
    const faults = compare([
      { where: 'on the screen', wanted: kept, found: shown },
      { where: 'coming onto the screen', wanted: kept, found: came },
    ]);
    assert.deepEqual(faults, { lost: [], repeated: [], reordered: [] });
    // The largest answer is cut first: it is larger than all that one connection lets through.
    assert.ok(cutter.cuts > 0, 'nothing was cut');
    assert.deepEqual(problems, []);
    t.diagnostic(`${cutter.cuts} cuts`);
  });
}
