// The compose file for real: what a self-hoster types, and two people in two browsers. run.sh starts this.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { launchChromium, newPerson } from '../lib/browser.mjs';
import { lines, literally } from '../lib/conversation.mjs';
import { choose, invite, say, sees, setUp, signIn, signUp, transcript } from '../lib/people.mjs';
import { Compose, docker } from './compose.mjs';

const compose = new Compose('chatd-e2e');
const url = 'http://localhost:8080';
const said = lines(40);
/** @type {import('puppeteer-core').Browser} */
let browser;
/** What stands in the first room. @type {{number: number, text: string}[]} */
let shown;

before(async () => {
  await compose.up();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await compose.run('down', '-v');
});

test('two people talk over both modes, and go on after the containers went down and came up', async () => {
  const ana = await newPerson(browser);
  await setUp(ana.page, url, { name: 'ana', code: await compose.setupCode() });
  const bo = await newPerson(browser);
  await signUp(bo.page, await invite(ana.page), 'bo');

  let count = 0;
  for (const transport of ['iframe', 'long-poll']) {
    await choose(ana.page, transport);
    await choose(bo.page, transport);
    count = await talk(ana.page, bo.page, count, 10);
  }
  await choose(ana.page, 'iframe');
  const before = await transcript(ana.page);
  assert.equal(before.length, count);

  await compose.run('down');
  assert.equal(await docker('ps', '-aq'), '', 'no container is left');
  await compose.up();

  count = await talk(ana.page, bo.page, count, 6);
  shown = await transcript(ana.page);
  assert.deepEqual(shown.slice(0, before.length), before, 'the old lines are the same');
  assert.deepEqual(
    shown.map((m) => m.number),
    Array.from({ length: count }, (_, i) => i + 1),
  );
  assert.deepEqual(await transcript(bo.page), shown, 'both see the same lines in the same order');

  const afresh = await newPerson(browser);
  await signIn(afresh.page, url, 'bo');
  await sees(afresh.page, shown.at(-1)?.text ?? '');
  assert.deepEqual(await transcript(afresh.page), shown, 'the database has what the screens show');
  assert.deepEqual([...ana.problems, ...bo.problems, ...afresh.problems], []);
});

test('the containers are confined, and the image holds one program', async (t) => {
  for (const service of ['chatd', 'database']) {
    const { Config: config, HostConfig: host, State: state } = await compose.inspect(service);
    assert.equal(state.Health.Status, 'healthy', `${service} is healthy`);
    assert.ok(host.ReadonlyRootfs, `${service} cannot write to its image`);
    assert.deepEqual(host.CapDrop, ['ALL'], `${service} has no capabilities`);
    assert.ok(host.SecurityOpt.includes('no-new-privileges:true'), `${service} gains none`);
    assert.match(config.User, service === 'chatd' ? /^65532:65532$/ : /^postgres$/);
    const owner = /** @param {string} line */ (line) => line.trim().split(/\s+/)[1];
    const [, ...processes] = (
      await docker('top', await compose.container(service), '-o', 'pid,uid,args')
    ).split('\n');
    assert.ok(
      processes.length > 0 && processes.every((p) => owner(p) !== '0'),
      `${service} does not run as root`,
    );
  }
  const { NetworkSettings: net } = await compose.inspect('database');
  assert.deepEqual(Object.values(net.Ports).filter(Boolean), [], 'the database has no port on the host');
  assert.equal(Object.keys(net.Networks).length, 1);
  assert.match(await compose.run('exec', '-T', 'chatd', '/chatd', 'version'), /^chatd e2e /);
  await compose.run('exec', '-T', 'chatd', '/chatd', 'health');

  const { Image: image } = await compose.inspect('chatd');
  const size = Number(await docker('image', 'inspect', '-f', '{{.Size}}', image));
  t.diagnostic(`the image has ${(size / 1e6).toFixed(1)} MB`);
  assert.ok(size < 40e6, `the image is small: ${size} bytes`);
});

test('the same sources give the same program', async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-image-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  await docker('cp', `${await compose.container('chatd')}:/chatd`, dir);
  const sum = /** @param {string} file */ (file) =>
    crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  assert.equal(sum(path.join(dir, 'chatd')), sum('build/container/chatd'), 'built in the image and outside');
});

test('a backup of one becomes another, whose password comes from a file', async (t) => {
  const password = /** @param {Compose} project */ (project) =>
    project.run('exec', '-T', 'database', 'cat', '/run/password/database');
  assert.match(await password(compose), /^[0-9a-f]{64}$/);

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chatd-secret-'));
  fs.chmodSync(folder, 0o755);
  fs.writeFileSync(path.join(folder, 'password'), 'from a file: @/ %\n', { mode: 0o444 });
  const second = new Compose('chatd-e2e-file', {
    files: ['docs/examples/compose.secrets.yml'],
    env: { CHATD_PORT: '127.0.0.1:8081', DATABASE_PASSWORD_FILE: path.join(folder, 'password') },
  });
  t.after(async () => {
    await second.run('down', '-v');
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const archive = await compose.pipe(undefined, 'exec', '-T', 'chatd', '/chatd', 'backup', '-');
  await second.run('up', '-d', 'database');
  await second.healthy('database');
  await second.pipe(archive, 'run', '--rm', '-T', 'chatd', 'restore', '-');
  await second.up();
  const bo = await newPerson(browser);
  await signIn(bo.page, 'http://localhost:8081', 'bo');
  await sees(bo.page, shown.at(-1)?.text ?? '');
  assert.deepEqual(await transcript(bo.page), shown, 'every message is there');

  const { Config: config } = await second.inspect('chatd');
  assert.ok(!JSON.stringify(config).includes('from a file'), 'docker inspect does not show it');
  assert.match((await second.inspect('chatd')).NetworkSettings.Ports['8080/tcp'][0].HostIp, /^127\.0\.0\.1$/);
});

/**
 * People say a line in turn, each waiting until both screens show it.
 * @param {import('puppeteer-core').Page} one @param {import('puppeteer-core').Page} other
 * @param {number} from @param {number} turns @returns {Promise<number>} how many lines there are now
 */
async function talk(one, other, from, turns) {
  for (let n = from; n < from + turns; n++) {
    const text = `${n} ${said[n % said.length]}`;
    await say(n % 2 ? one : other, literally(text));
    await Promise.all([sees(one, text, 60_000), sees(other, text, 60_000)]);
  }
  return from + turns;
}
