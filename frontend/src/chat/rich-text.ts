/** What the page adds to the HTML that the server has made of a message: ways to go, and to uncover what is hidden. */
import { at, base as root } from '../base';
import { parseRoute, roomPath, type Route } from '../model/route';
import { texts } from '../texts';

const t = texts.timeline;

/** `me` is my id: a mention of me looks different. Everything that is pressed says what it does by data-do. */
export function enrich(body: HTMLElement, me: number): void {
  for (const link of body.querySelectorAll('a')) enrichLink(link);
  for (const mention of body.querySelectorAll<HTMLElement>('.mention')) enrichMention(mention, me);
  for (const spoiler of body.querySelectorAll<HTMLElement>('.spoiler')) cover(spoiler);
  for (const code of body.querySelectorAll<HTMLElement>('pre.code')) enrichCode(code);
  for (const table of body.querySelectorAll<HTMLElement>('.table-scroll')) scrollable(table, t.table);
  for (const box of body.querySelectorAll<HTMLInputElement>('.task > input'))
    box.setAttribute('aria-label', box.checked ? t.done : t.toDo);
}

function enrichLink(link: HTMLAnchorElement): void {
  const { room } = link.dataset;
  if (room) link.href = at(roomPath(Number(room)));
  else if (roomRoute(link)) link.removeAttribute('target');
  // A title, not a hidden text: that one would be copied with the message.
  else link.title = t.opensNewTab;
}

/** The room, and what of it, that a link leads to on this page; null for any other address. */
export function roomRoute({ href }: HTMLAnchorElement): Extract<Route, { name: 'room' }> | null {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (url?.origin !== location.origin || !url.pathname.startsWith(`${root}/`)) return null;
  const route = parseRoute(url.pathname.slice(root.length));
  return route.name === 'room' ? route : null;
}

function enrichMention(mention: HTMLElement, me: number): void {
  const { user, everyone } = mention.dataset;
  if (everyone || Number(user) === me) mention.dataset.mine = 'true';
  if (user) pressable(mention, 'profile');
}

function cover(spoiler: HTMLElement): void {
  const inside = document.createElement('span');
  inside.inert = true;
  inside.append(...spoiler.childNodes);
  spoiler.append(inside);
  spoiler.setAttribute('aria-label', t.spoiler);
  pressable(spoiler, 'uncover');
}

/** Shows what a spoiler hides. It is ordinary text from then on. */
export function uncover(spoiler: HTMLElement): void {
  for (const name of ['role', 'aria-label', 'data-do']) spoiler.removeAttribute(name);
  // It keeps the focus that it may have.
  spoiler.tabIndex = -1;
  spoiler.dataset.shown = 'true';
  spoiler.querySelector('[inert]')?.removeAttribute('inert');
}

function enrichCode(block: HTMLElement): void {
  const code = block.querySelector('code');
  if (code) scrollable(code, t.code);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'code-copy';
  button.title = t.copyCode;
  button.setAttribute('aria-label', t.copyCode);
  button.dataset.do = 'copy-code';
  block.append(button);
}

/** It can be scrolled with the keyboard, too. */
function scrollable(part: HTMLElement, label: string): void {
  part.tabIndex = 0;
  part.setAttribute('role', 'group');
  part.setAttribute('aria-label', label);
}

function pressable(part: HTMLElement, does: string): void {
  part.tabIndex = 0;
  part.setAttribute('role', 'button');
  part.dataset.do = does;
}

/** What a message says, as plain text in one line; what is hidden stays hidden. */
export function plainText(html: string): string {
  const made = document.createElement('template');
  made.innerHTML = html;
  for (const spoiler of made.content.querySelectorAll('.spoiler')) spoiler.textContent = '▒▒▒';
  for (const end of made.content.querySelectorAll('p, li, br, tr, pre, td, th, h1, h2, h3, h4, h5, h6'))
    end.append(' ');
  for (const line of made.content.querySelectorAll('br')) line.replaceWith(' ');
  return oneLine(made.content.textContent ?? '');
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

// A skin tone by itself is no emoji here: else there were many ways to read a row of them.
const base = String.raw`(?![\u{1f3fb}-\u{1f3ff}])(?:\p{Emoji_Presentation}|\p{Extended_Pictographic})`;
const changed = String.raw`(?:[\u{1f3fb}-\u{1f3ff}]|\u200d|\ufe0f|[\u{e0020}-\u{e007f}])`;
const flag = String.raw`[\u{1f1e6}-\u{1f1ff}]{2}`;
const keycap = String.raw`[0-9#*]\ufe0f?\u20e3`;
const emoji = new RegExp(`^(?:\\s|${flag}|${keycap}|${base}${changed}*)+$`, 'u');

/** Whether a message is a few emoji and nothing else. */
export function onlyEmoji(body: string, html: string | null): boolean {
  const text = html === null ? body : html.length < 1_000 ? html.replace(/<[^>]*>/g, '') : 'much';
  return text.length <= 60 && text.trim() !== '' && emoji.test(text);
}
