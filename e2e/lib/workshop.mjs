// A workspace as it could be anywhere: a workshop that people share, with its rooms, its conversations, and its past.
import assert from 'node:assert/strict';
import { newPerson } from './browser.mjs';
import { listensBy, password } from './people.mjs';
import { run } from './postgres.mjs';
import { freePort } from './proxies.mjs';
import { Server } from './server.mjs';
import { longAgo, talkOfMonths } from './workshop-past.mjs';

/** @typedef {import('puppeteer-core').Browser} Browser */
/** @typedef {(method: string, path: string, body?: object) => Promise<any>} Api */
/** @typedef {{id: number, username: string, name: string, cookie: string, headers: Record<string, string>, api: Api}} Somebody */

/** The name under which people reach it. */
const host = 'chat.example.org';

const agents = {
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  chrome:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  safari:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  phone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
};

/** Who is in it, with what they use. The first one is the owner, the last one a guest. */
const people = /** @type {const} */ ([
  ['nora', 'Nora Lindqvist', 'firefox'],
  ['tomas', 'Tomás Reyes', 'chrome'],
  ['amara', 'Amara Okafor', 'safari'],
  ['jonas', 'Jonas Weber', 'phone'],
  ['leila', 'Leila Haddad', 'chrome'],
  ['chris', 'Chris Mills', 'firefox'],
  ['piotr', 'Piotr Nowak', 'phone'],
  ['mei', 'Mei Tanaka', 'safari'],
  ['freya', 'Freya Holm', 'firefox'],
  ['daniel', 'Daniel Moreau', 'chrome'],
  ['ines', 'Inês Silva', 'phone'],
  ['oskar', 'Oskar Berg', 'chrome'],
  ['ruth', 'Ruth Adler', 'firefox'],
  ['grace', 'Grace Obi', 'safari'],
  ['sam', 'Sam Carter', 'chrome'],
  ['kim', 'Kim Park', 'phone'],
]);

/** @typedef {typeof people[number][0]} Name */

const rooms = [
  { name: 'bicycles', description: 'Repairs, parts and rides.' },
  { name: 'woodwork', description: 'Benches, blades and glue.' },
  { name: 'announcements', description: 'What everybody has to know.' },
  { name: 'tools to lend', description: 'Who has it, and when it comes back.' },
  { name: 'spring fair', description: 'Our stall at the fair in May.' },
  { name: 'old website', description: 'Before we had this one.' },
  { name: 'committee', description: 'For those who were elected.', kind: 'private' },
];

/** What is said, by whom and where. @type {[Name, string, string][]} */
const said = [
  ['nora', 'general', 'The open evening on Thursday starts at six. Tea and biscuits are in the kitchen.'],
  ['grace', 'general', 'I can open up at half past five.'],
  ['tomas', 'general', 'Then I bring the sign for the door.'],
  ['nora', 'announcements', 'The workshop is closed on the first Monday of the month.'],
  ['ruth', 'woodwork', 'The band saw has a new blade. Please note your hours on the sheet beside it.'],
  ['oskar', 'woodwork', 'Done. It cuts like butter now.'],
  ['ines', 'tools to lend', 'I have the long spirit level until Friday.'],
  ['freya', 'spring fair', 'The tables are back in the cellar. Thanks to everybody who carried!'],
  ['nora', 'committee', 'Minutes of the last meeting are in the folder.'],
  ['amara', 'bicycles', 'The truing stand is back on the bench, with new jaws.'],
  ['jonas', 'bicycles', 'Great. Does anybody need it on Saturday morning?'],
  ['leila', 'bicycles', 'I have two wheels to do, but only after eleven.'],
  ['jonas', 'bicycles', 'Then I take nine to eleven.'],
  ['mei', 'bicycles', 'Could somebody show me how to set up disc brakes? Mine rub a little on one side.'],
  ['amara', 'bicycles', 'Bring it along on Saturday. It is five minutes once you have seen it.'],
  ['mei', 'bicycles', 'Thank you, I will!'],
  ['chris', 'bicycles', 'Selling my old van, 190,000 km. First offer takes it. Call me!'],
  ['piotr', 'bicycles', 'Chris, this room is for bicycles.'],
  ['chris', 'bicycles', 'VAN FOR SALE!!! Really cheap now. Write to me!'],
  [
    'daniel',
    'bicycles',
    'There is a box of inner tubes, 28 inch, on the shelf. Free for whoever needs them.',
  ],
  ['chris', 'bicycles', 'Van van van! Last chance this week!'],
];

/** The workshop: its server, its people and its rooms. */
export class Workshop {
  /** @type {Map<string, Somebody>} */ #people = new Map();
  /** @type {Map<string, number>} */ #rooms = new Map();

  /** @param {Server} server */
  constructor(server) {
    this.server = server;
  }

  /** Starts the server, and lets some months pass. */
  static async start() {
    const port = await freePort();
    const server = new Server({
      env: { CHATD_PUBLIC_URL: `http://${host}`, CHATD_TRUSTED_PROXIES: '127.0.0.1' },
    });
    server.url = `http://127.0.0.1:${port}`;
    await server.start();
    const workshop = new Workshop(server);
    await workshop.#moveIn();
    await run(server, longAgo);
    return workshop;
  }

  /** What a browser needs to come here by the name, as if it were a place of its own. */
  get flags() {
    return [
      `--host-resolver-rules=MAP ${host}:80 127.0.0.1:${new URL(this.server.url).port}`,
      `--unsafely-treat-insecure-origin-as-secure=http://${host}`,
      '--accept-lang=en-GB',
    ];
  }

  /** @param {Name} name */
  person(name) {
    const found = this.#people.get(name);
    assert.ok(found, `nobody is called ${name}`);
    return found;
  }

  /** @param {string} name */
  room(name) {
    const found = this.#rooms.get(name);
    assert.ok(found, `no room is called ${name}`);
    return found;
  }

  /** The address of a page. @param {string} [path] */
  url(path = '') {
    return `http://${host}/${path}`;
  }

  /** Opens the page in somebody's browser. @param {Browser} browser @param {Name} name @param {string} path */
  async enter(browser, name, path) {
    const { cookie, headers } = this.person(name);
    const person = await newPerson(browser);
    const { context, page } = person;
    const [key = '', value = ''] = cookie.split('=');
    await context.setCookie({ name: key, value, domain: host, path: '/', httpOnly: true, sameSite: 'Lax' });
    await page.setUserAgent({ userAgent: headers['User-Agent'] ?? '' });
    await page.setExtraHTTPHeaders({ 'X-Forwarded-For': headers['X-Forwarded-For'] ?? '' });
    await page.emulateTimezone(tenInTheMorning());
    await page.goto(this.url(path));
    await listensBy(page, 'iframe');
    return person;
  }

  async #moveIn() {
    const [owner, ...others] = people;
    const { api } = await this.#sign('setup', owner, {
      workspace: 'Riverside Workshop',
      code: await this.server.setupCode(),
    });
    const { rooms: first } = await api('GET', 'overview');
    this.#rooms.set('general', first[0].id);
    for (const room of rooms) {
      this.#rooms.set(room.name, (await api('POST', 'rooms', { kind: 'public', ...room })).id);
    }
    const open = rooms.filter(({ kind }) => kind !== 'private').map(({ name }) => this.room(name));
    const members = await inviteCode(api, { room_ids: open });
    const guests = await inviteCode(api, { role: 'guest', room_ids: [this.room('bicycles')] });
    for (const one of others)
      await this.#sign('sign-up', one, { invite: one[0] === 'kim' ? guests : members });
    await run(this.server, talkOfMonths);
    for (const [name, room, body] of said) {
      const client_id = crypto.randomUUID();
      await this.person(name).api('POST', `rooms/${this.room(room)}/messages`, { client_id, body });
    }
    // Who of those in the browsers came first is not always the same.
    for (const { api: own } of this.#people.values()) await own('PATCH', 'me', { notices: 'hide' });
    await api('PATCH', `rooms/${this.room('general')}`, { is_default: true });
    await api('PATCH', `rooms/${this.room('announcements')}`, { state: 'read-only' });
  }

  /**
   * Makes an account from a place of its own.
   * @param {'setup' | 'sign-up'} how @param {typeof people[number]} who @param {object} more
   */
  async #sign(how, [username, name, agent], more) {
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': agents[agent],
      'X-Forwarded-For': `203.0.113.${11 + this.#people.size}`,
    };
    const url = this.server.url;
    const answer = await fetch(`${url}/api/v1/${how}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ username, display_name: name, password, ...more }),
    });
    assert.equal(answer.status, 201, await answer.text());
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    /** @type {Api} */
    const api = async (method, path, body) => {
      const found = await fetch(`${url}/api/v1/${path}`, {
        method,
        headers: { ...headers, Cookie: cookie },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await found.text();
      assert.ok(found.ok, `${method} ${path}: ${text}`);
      return text === '' ? null : JSON.parse(text);
    };
    const { id } = await api('GET', 'me');
    const somebody = { id, username, name, cookie, headers, api };
    this.#people.set(username, somebody);
    return somebody;
  }
}

/** @param {Api} api @param {object} terms @returns {Promise<string>} */
async function inviteCode(api, terms) {
  const { url } = await api('POST', 'invites', terms);
  return url.split('/').pop();
}

/** The time zone in which it is past ten in the morning, so that no picture shows midnight. */
function tenInTheMorning() {
  const ahead = ((10 - new Date().getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}
