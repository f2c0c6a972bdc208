// Copying where the browser lends no clipboard: on plain HTTP, from inside of a dialog.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTab } from './lib/browser.mjs';
import { inWorld } from './lib/names.mjs';
import { Owner } from './lib/owner.mjs';
import { close, menu, part, press } from './lib/people.mjs';
import { Server } from './lib/server.mjs';

test('a link in a dialog is copied on plain HTTP, too', (t) =>
  inWorld(t, 'Chromium', 'chat.lan', new Server(), async (_, { browser, server, host, url }) => {
    const owner = await Owner.setUp(server.url);
    const context = await browser.createBrowserContext();
    await owner.lend(context, host);
    const { page, problems } = await newTab(context);
    await page.goto(url);
    await part(page, 'composer');
    assert.equal(await page.evaluate(() => isSecureContext), false);
    await menu(page, 'invites');
    await press(page, 'create-invite');
    const link = await (await page.waitForSelector('[data-testid="invite-url"]'))?.evaluate((field) =>
      field instanceof HTMLInputElement ? field.value : '',
    );
    assert.match(String(link), /\/join\//);
    await press(page, 'copy-invite-url');
    await page.waitForSelector('[data-testid="invite-dialog"] ::-p-text(copied)');
    await close(page); // before that nothing behind it takes the focus
    await page.focus('[data-testid="composer"]');
    await page.keyboard.press('KeyV', { commands: ['Paste'] });
    await page.waitForFunction(
      (link) =>
        /** @type {HTMLTextAreaElement} */ (
          document.querySelector('[data-testid="composer"]')
        ).value.includes(link),
      {},
      String(link),
    );
    assert.deepEqual(problems, []);
  }));
