/** Starts the page. */
import { render } from 'preact';
import { watchAttention } from './model/attention';
import { watchIdle } from './model/idle';
import { watchTime } from './model/now';
import { startRouter } from './model/router';
import { confirm, hide, reveal, startSession } from './model/session';
import { followChoices } from './model/settings';
import { watchToday } from './model/today';
import { App } from './view/app';
import { followTheme } from './view/theme';
import { followViewport } from './view/viewport';

const page = new AbortController();

followTheme();
followChoices(page.signal);
followViewport(page.signal);
watchAttention(page.signal);
watchToday(page.signal);
watchTime(page.signal);
watchIdle(page.signal);
startRouter(page.signal);
startSession(page.signal);

addEventListener('pagehide', hide);
addEventListener('pageshow', (event) => {
  if (event.persisted) void confirm();
  else reveal();
});

const root = document.getElementById('app');
if (root) render(<App />, root);
