// What people do with messages: Markdown, changes, answers, reactions, links to messages, what is unread, with the mouse,
// the keyboard and a finger. Nothing that anybody types does anything on anybody's page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { newTab, picture } from './lib/browser.mjs';
import { ana, bo, crew, cy, harbour, server, together } from './lib/crew.mjs';
import { asShown, lines, literally } from './lib/conversation.mjs';
import { drawn, inspect } from './lib/looks.mjs';
import { gone, part, say, sees } from './lib/people.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

crew(async () => {
  await together(harbour, 'harbour', ana, bo);
});

/** @param {number} number */
const row = (number) => `[data-testid="message"][data-number="${number}"]`;
const address = () => `rooms/${harbour}/messages`;

/** Says something in somebody's name. @param {import('./lib/crew.mjs').Member} who @param {string} body @param {object} [more] @returns {Promise<any>} */
async function post(who, body, more = {}) {
  const message = { client_id: crypto.randomUUID(), body, ...more };
  for (;;) {
    const sent = await who.api('POST', address(), message).catch((/** @type {Error} */ error) => error);
    if (!(sent instanceof Error)) return sent;
    // There is a limit to how fast somebody may write.
    if (!/answered 429/.test(sent.message)) throw sent;
    await pause(300);
  }
}

/** Goes to the end of the room: where much is unread, it opens there. @param {Page} page */
async function toNewest(page) {
  await page.bringToFront();
  await page.waitForSelector('[data-testid="timeline"][data-state="ready"]');
  await drawn(page); // the button comes with what is drawn
  const jump = await page.$('[data-testid="jump-to-newest"]');
  await jump?.click().catch(() => {}); // gone meanwhile
  await gone(page, 'jump-to-newest');
}

/** Three people say so many lines, each of them a message. @param {number} count @param {string} words */
async function talk(count, words) {
  const all = [ana, bo, cy];
  for (let i = 1; i <= count; i++) await post(all[i % 3] ?? ana, `${words} ${i}`);
}

/** Opens the menu of a message with the keyboard and chooses something. @param {Page} page @param {number} number @param {string} entry */
async function choose(page, number, entry) {
  await page.bringToFront();
  await page.locator(row(number)).hover();
  await page.locator(`${row(number)} [data-testid="message-menu"]`).click();
  await page.locator(`[role="menu"] [data-testid="${entry}"]`).click();
}

/** Waits until a part of a message fits a pattern. @param {Page} page @param {number} number @param {string} id @param {RegExp} wanted */
const shows = (page, number, id, wanted) =>
  page.waitForFunction(
    (selector, source) =>
      [...document.querySelectorAll(selector)].some((e) => new RegExp(source).test(e.textContent ?? '')),
    { polling: 100, timeout: 15_000 },
    `${row(number)} [data-testid="${id}"]`,
    wanted.source,
  );

/** The HTML of a message's body on a page, without what differs from person to person. @param {Page} page @param {number} number */
const body = (page, number) =>
  page.$eval(`${row(number)} [data-testid="message-body"]`, (e) =>
    e.innerHTML.replaceAll(' data-mine="true"', '').replaceAll(/ style="[^"]*"/g, ''),
  );

const markdown = [
  '**bold**, *italic*, ~~gone~~, `code`, https://example.org and :tada:',
  '',
  '> a quotation',
  '',
  '- [x] done',
  '- [ ] to do',
  '',
  '1. one',
  '2. two',
  '',
  '```go',
  'func main() { fmt.Println("hello", 42) } // a comment',
  '```',
  '',
  '| name | size |',
  '|---|---:|',
  '| a | 1 |',
  '',
  '# A heading',
  '',
  '||the butler did it|| @bo #harbour',
].join('\n');

test('Markdown is shown alike on both screens, and after a reload', async () => {
  const { number } = await post(ana, markdown);
  for (const { page } of [ana, bo]) {
    await page.bringToFront();
    await page.waitForSelector(`${row(number)} pre.code .hl-kd`);
    await page.waitForSelector(`${row(number)} .table-scroll td`);
    await page.waitForSelector(`${row(number)} .task input[checked]`);
    await page.waitForSelector(`${row(number)} .spoiler[role="button"]`);
  }
  const shown = await body(ana.page, number);
  assert.equal(await body(bo.page, number), shown);
  await bo.page.reload();
  await bo.page.waitForSelector(`${row(number)} .spoiler[role="button"]`);
  assert.equal(await body(bo.page, number), shown);
  await picture(bo.page, 'markdown');
});

test('a spoiler is uncovered with the keyboard, and nobody is told before what it hides', async () => {
  const { page } = bo;
  const { number } = await post(ana, 'It was ||the gardener||.');
  await page.bringToFront();
  const spoiler = `${row(number)} .spoiler`;
  await page.waitForSelector(`${spoiler}[aria-label]`);
  assert.equal(await page.$eval(`${spoiler} > *`, (e) => getComputedStyle(e).opacity), '0');
  await page.focus(spoiler);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`${spoiler}[data-shown="true"]`);
  assert.equal(await page.$eval(`${spoiler} > *`, (e) => getComputedStyle(e).opacity), '1');
  await post(ana, 'I knew it', { reply_to: number });
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('[data-testid="quote-words"]')].some((e) => e.textContent?.includes('▒')),
    { polling: 100 },
  );
});

test('a mention of me stands out, and opens the card of who is mentioned', async () => {
  const { number } = await post(ana, 'hello @bo');
  await bo.page.bringToFront();
  await bo.page.waitForSelector(`${row(number)}[data-mentioned]`);
  await bo.page.waitForSelector(`${row(number)} .mention[data-mine]`);
  assert.equal(await ana.page.$(`${row(number)}[data-mentioned]`), null);
  await bo.page.locator(`${row(number)} .mention`).click();
  await part(bo.page, 'profile-card');
  await bo.page.keyboard.press('Escape');
  await gone(bo.page, 'profile-card');
  const everybody = await post(ana, 'lunch, @room?');
  await bo.page.waitForSelector(`${row(everybody.number)}[data-mentioned]`);
});

test('a message that is changed is changed on both screens, says so, and shows what it was', async () => {
  await ana.page.bringToFront();
  await say(ana.page, 'a frist draft');
  await sees(ana.page, 'a frist draft');
  const number = await lastNumber(ana.page);
  await sees(bo.page, 'a frist draft');
  await choose(ana.page, number, 'edit-item');
  await composed(ana.page, 'a frist draft');
  await say(ana.page, 'a **first** draft').catch(() => {});
  for (const { page } of [ana, bo]) {
    await shows(page, number, 'message-body', /^a first draft$/);
    await shows(page, number, 'edited', /edited/);
  }
  await bo.page.bringToFront();
  await bo.page.locator(`${row(number)} [data-testid="edited"]`).click();
  await part(bo.page, 'revisions-dialog');
  await bo.page.waitForFunction(() => document.querySelectorAll('[data-testid="revision"]').length === 2, {
    polling: 100,
  });
  await bo.page.keyboard.press('Escape');
  await gone(bo.page, 'revisions-dialog');
});

/** Waits until something stands in the composer. @param {Page} page @param {string} text */
const composed = (page, text) =>
  page.waitForFunction(
    (wanted) => {
      const field = document.querySelector('[data-testid="composer"]');
      return field instanceof HTMLTextAreaElement && field.value === wanted;
    },
    { polling: 100 },
    text,
  );

/** @param {Page} page */
const lastNumber = (page) =>
  page.$$eval('[data-testid="message"][data-number]', (rows) =>
    Number(rows.at(-1)?.getAttribute('data-number')),
  );

test('an answer quotes, leads there and back; a change or a deletion of the original is seen in it at once', async () => {
  const original = await post(bo, 'where is the *anchor*?');
  const answer = await post(ana, 'on the ground', { reply_to: original.number });
  const { page } = bo;
  await page.bringToFront();
  await shows(page, answer.number, 'quote-words', /^where is the anchor\?$/);
  await bo.api('PATCH', `${address()}/${original.number}`, { body: 'where is the big anchor?' });
  for (const one of [ana, bo])
    await shows(one.page, answer.number, 'quote-words', /^where is the big anchor\?$/);
  // Far away from it.
  await talk(90, 'line');
  const later = await post(ana, 'still there', { reply_to: original.number });
  await sees(page, 'still there');
  await page.reload();
  await toNewest(page);
  await shows(page, later.number, 'quote-words', /^where is the big anchor\?$/);
  const place = () => page.$eval(row(later.number), (e) => Math.round(e.getBoundingClientRect().top));
  const before = await place();
  await page.locator(`${row(later.number)} [data-testid="quote"]`).click();
  await page.waitForSelector(`${row(original.number)}:focus`);
  assert.ok(page.url().endsWith(`/rooms/${harbour}/${original.number}`));
  await page.evaluate(() => history.back());
  await page.waitForFunction(
    (selector, top) =>
      Math.abs((document.querySelector(selector)?.getBoundingClientRect().top ?? 0) - top) < 3,
    { polling: 100 },
    row(later.number),
    before,
  );
  await bo.api('DELETE', `${address()}/${original.number}`);
  for (const one of [ana, bo]) {
    await one.page.waitForSelector(`${row(later.number)} [data-testid="quote-deleted"]`);
  }
});

test('who wants to know what is answered and cannot be told can try again', async (t) => {
  const original = await post(cy, 'the question');
  await talk(120, 'much talk');
  const { page } = bo;
  await page.bringToFront();
  await page.reload();
  await toNewest(page);
  await sees(page, 'much talk 120');
  // It comes as an event, without the quote that a page of history has.
  await page.setRequestInterception(true);
  let fails = true;
  const pass = (/** @type {import('puppeteer-core').HTTPRequest} */ request) => {
    if (fails && request.url().endsWith(`/messages/${original.number}`))
      void request.abort('connectionreset');
    else void request.continue();
  };
  page.on('request', pass);
  t.after(async () => {
    page.off('request', pass);
    await page.setRequestInterception(false);
  });
  const answer = await post(cy, 'the answer', { reply_to: original.number });
  await page.waitForSelector(`${row(answer.number)} [data-testid="quote-failed"]`);
  fails = false;
  await page.locator(`${row(answer.number)} [data-testid="quote-failed"]`).click();
  await shows(page, answer.number, 'quote-words', /^the question$/);
});

test('reactions go both ways, count, name who reacted, and come back when they are not taken', async (t) => {
  const { number } = await post(ana, 'shall we?');
  await bo.page.bringToFront();
  await sees(bo.page, 'shall we?');
  await bo.page.locator(row(number)).hover();
  await bo.page.locator(`${row(number)} [data-testid="bar-emoji"]`).click();
  const mine = `${row(number)} [data-testid="reaction"][aria-pressed="true"]`;
  const chip = `${row(number)} [data-testid="reaction"]`;
  await bo.page.waitForSelector(mine);
  await ana.page.waitForSelector(`${chip}[aria-pressed="false"][aria-label*="bo"]`);
  await ana.page.bringToFront();
  await ana.page.locator(chip).click();
  await ana.page.waitForSelector(mine);
  await bo.page.waitForSelector(`${mine}[aria-label*="ana"]`);
  await shows(bo.page, number, 'reaction', /2$/);
  await bo.page.bringToFront();
  await bo.page.locator(mine).click();
  for (const { page } of [ana, bo]) await shows(page, number, 'reaction', /1$/);
  await ana.page.waitForSelector(`${mine}[aria-label$="you"]`);
  // Refused: it goes back to what it was, and a sentence says why.
  await bo.page.setRequestInterception(true);
  const pass = (/** @type {import('puppeteer-core').HTTPRequest} */ request) => {
    if (request.url().includes('/reactions/')) void request.abort('connectionreset');
    else void request.continue();
  };
  bo.page.on('request', pass);
  t.after(async () => {
    bo.page.off('request', pass);
    await bo.page.setRequestInterception(false);
  });
  await bo.page.locator(chip).click();
  await bo.page.waitForSelector('.toast[data-bad="true"]');
  await bo.page.waitForSelector(`${chip}[aria-pressed="false"]`);
});

test('the link to a message opens it in a new tab, around it, and says when it is gone', async () => {
  const first = await ana.page.evaluate(async (room) => {
    const answer = await fetch(`/api/v1/rooms/${room}/messages?around=5&limit=3`);
    return (await answer.json()).messages[0].number;
  }, harbour);
  const { page } = await newTab(bo.context);
  await page.goto(`${server.url}/rooms/${harbour}/${first}`);
  await page.waitForSelector(`${row(first)}:focus`);
  await part(page, 'jump-to-newest');
  const gonePage = await newTab(bo.context);
  await gonePage.page.goto(`${server.url}/rooms/${harbour}/999999`);
  await gonePage.page.waitForSelector('.toast[data-bad="true"]');
  await page.close();
  await gonePage.page.close();
  await bo.context.overridePermissions(server.url, ['clipboard-read', 'clipboard-write']);
  const last = await lastNumber(bo.page);
  await choose(bo.page, last, 'copy-link-item');
  await bo.page.waitForSelector('.toast:not([data-bad="true"])');
  await bo.page.waitForFunction(
    async (link) => (await navigator.clipboard.readText()) === link,
    { polling: 100 },
    `${server.url}/rooms/${harbour}/${last}`,
  );
});

test('unread from here stays unread until I leave', async () => {
  const { page } = bo;
  const from = await post(ana, 'read me later');
  await post(ana, 'and me');
  await page.bringToFront();
  await sees(page, 'and me');
  await choose(page, from.number, 'mark-unread-item');
  await part(page, 'unread-divider');
  const unread = async () => (await bo.api('GET', `rooms/${harbour}`)).read_number;
  // The page shows it before the server has answered.
  for (let tries = 0; tries < 200 && (await unread()) !== from.number - 1; tries++) await pause(50);
  assert.equal(await unread(), from.number - 1);
  await post(ana, 'and me, too');
  await sees(page, 'and me, too');
  assert.equal(await unread(), from.number - 1);
  await page.locator(`[data-testid="room-link"]:not([data-room="${harbour}"])`).click();
  await page.locator(`[data-testid="room-link"][data-room="${harbour}"]`).click();
  await part(page, 'unread-divider');
});

test('everything is there with the keyboard alone', async () => {
  const { page } = bo;
  const before = await post(ana, 'one more');
  const own = await post(bo, 'mine');
  await page.bringToFront();
  await sees(page, 'mine');
  await page.focus('[data-testid="composer"]');
  for (let i = 0; i < 12 && !(await page.$('[data-testid="message"]:focus')); i++) {
    await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.up('Shift');
  }
  await page.waitForSelector(`${row(own.number)}:focus`);
  await page.keyboard.press('ArrowUp');
  await page.waitForSelector(`${row(before.number)}:focus`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role="menu"] :focus');
  await page.keyboard.press('Escape');
  await page.waitForSelector(`${row(before.number)}:focus`);
  await page.keyboard.down('Shift');
  await page.keyboard.press('F10');
  await page.keyboard.up('Shift');
  await page.waitForSelector('[role="menu"] :focus');
  await page.keyboard.press('Escape');
  await page.waitForSelector(`${row(before.number)}:focus`);
  // To the bar of the message, and back.
  await page.keyboard.press('End');
  await page.waitForSelector(`${row(own.number)}:focus`);
  await page.keyboard.press('e');
  await composed(page, 'mine');
  await page.waitForSelector('[data-testid="composer"]:focus');
  await page.keyboard.press('Escape');
});

test('on a phone a message that is held opens what can be done with it', async () => {
  const { page } = await newTab(cy.context, { width: 390, height: 844 });
  await page.emulate({
    viewport: { width: 390, height: 844, isMobile: true, hasTouch: true },
    userAgent: await page.browser().userAgent(),
  });
  await page.goto(`${server.url}/rooms/${harbour}`);
  await toNewest(page);
  const { number } = await post(ana, 'hold me');
  await picture(page, 'phone-room');
  await sees(page, 'hold me');
  const target = await page.$(`${row(number)} [data-testid="message-body"]`);
  const box = await target?.boundingBox();
  assert.ok(box);
  const touch = await page.touchscreen.touchStart(box.x + 10, box.y + 5);
  await page.waitForSelector('.menu-sheet');
  await touch.end();
  await picture(page, 'phone-sheet');
  await page.locator('[data-testid="quick-reaction"]').click();
  await page.waitForSelector(`${row(number)} [data-testid="reaction"][aria-pressed="true"]`);
  await gone(page, 'quick-reaction');
  await page.close();
});

test('messages of all kinds look right in light and dark, large and on a phone', async () => {
  for (const line of lines(12)) {
    const { number } = await post(ana, literally(line));
    await ana.page.waitForSelector(row(number));
    assert.equal(
      await ana.page.$eval(`${row(number)} [data-testid="message-body"]`, (e) => e.textContent),
      asShown(literally(line)),
    );
  }
  const shown = await post(bo, markdown);
  const answer = await post(ana, 'an **answer** to all that', { reply_to: shown.number });
  await ana.api('PUT', `${address()}/${answer.number}/reactions/${encodeURIComponent('👍')}`);
  await bo.api('PUT', `${address()}/${answer.number}/reactions/${encodeURIComponent('👍')}`);
  await bo.api('PUT', `${address()}/${answer.number}/reactions/${encodeURIComponent('🎉')}`);
  await ana.api('PATCH', `${address()}/${answer.number}`, { body: 'an **answer** to all that, changed' });
  await post(ana, '🎉 👍🏽');
  const mention = await post(bo, 'what do you think, @ana? See #harbour');
  await ana.page.bringToFront();
  await ana.page.waitForSelector(row(mention.number));
  await inspect(ana.page, 'messages');
  await ana.page.locator(row(answer.number)).hover();
  await ana.page.waitForSelector(`${row(answer.number)} [data-testid="bar-reply"]`);
  await inspect(ana.page, 'message-bar');
  await ana.page.locator(`${row(mention.number)} [data-testid="message-menu"]`).click();
  await ana.page.waitForSelector('[role="menu"] :focus');
  await inspect(ana.page, 'message-menu');
  await ana.page.keyboard.press('Escape');
});

const bad = [
  '<script>window.harmed = 1</script>',
  '<img src=x onerror="window.harmed=1">',
  '[x](javascript:window.harmed=1)',
  '<a href="javascript:window.harmed=1">x</a>',
  '![x](x" onerror="window.harmed=1)',
  '`<svg onload=window.harmed=1>`',
  '```"><script>window.harmed=1</script>\n<script>window.harmed=1</script>\n```',
  '||<iframe srcdoc="<script>parent.harmed=1</script>">||',
  'http://x.example/"onmouseover="window.harmed=1',
  '<style>*{display:none}</style>',
  `Z${'̷̨̛̘͓͎̥̟͈̝͋̏́̍͗̕͝'.repeat(40)}algo`,
  'w'.repeat(3000),
  '\u202eright to left\u202c',
  `${'>'.repeat(200)} deep`,
  `${'* '.repeat(200)}deep`,
];

test('whatever somebody types, nothing is executed and the page keeps its form', async () => {
  const script = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';
  await bo.api('PATCH', 'me', {
    display_name: `${script.slice(0, 60)}`,
    status: { emoji: '', text: script.slice(0, 80), until: null },
  });
  await bo.api('PATCH', `rooms/${harbour}`, { name: '<b>harbour</b>', topic: script }).catch(() => {});
  const numbers = [];
  for (const text of bad) numbers.push((await post(bo, text)).number);
  const answer = await post(bo, `${script} answered`, { reply_to: numbers[0] });
  const { page } = ana;
  await page.bringToFront();
  await page.reload();
  await toNewest(page);
  await page.waitForSelector(`${row(answer.number)} [data-testid="quote-words"]`);
  for (const width of [1440, 390]) {
    await page.setViewport({ width, height: 844 });
    await drawn(page);
    const found = await page.evaluate(() => {
      const view = document.querySelector('[data-testid="timeline"]');
      return {
        harmed: 'harmed' in window,
        wide: [...document.querySelectorAll('.message-main *, .message')]
          .filter(
            (e) =>
              e.getBoundingClientRect().right > innerWidth + 1 &&
              !e.closest('code, .table-scroll, .visually-hidden'),
          )
          .map((e) => `${e.tagName}.${e.className} in ${e.closest('.message')?.getAttribute('data-number')}`),
        scrolls:
          document.documentElement.scrollWidth > innerWidth ||
          (view?.scrollWidth ?? 0) > (view?.clientWidth ?? 0),
        strange: document.querySelectorAll(
          '.message-body :is(script, style, iframe, img, svg, object, embed, form, [onerror], [onload], [style])',
        ).length,
        links: [...document.querySelectorAll('.message-body a')].filter(
          (a) => a instanceof HTMLAnchorElement && !/^https?:|^mailto:/.test(a.href),
        ).length,
      };
    });
    assert.deepEqual(found, { harmed: false, wide: [], scrolls: false, strange: 0, links: 0 });
    await picture(page, `bad-${width}`);
  }
  await page.setViewport({ width: 1440, height: 900 });
  // What is above and below is not covered by marks that are stacked up.
  const tall = await page.$eval(
    `${row(numbers[10])} [data-testid="message-body"]`,
    (e) => e.getBoundingClientRect().height,
  );
  assert.ok(tall < 400, `the row is ${tall} pixels high`);
});

test('nothing went wrong on any page', () => {
  assert.deepEqual([...ana.problems, ...bo.problems, ...cy.problems], []);
});
