/** The pages beside the chat, each of which is loaded when somebody comes to it. */
import { loadPart } from '../load-part';
import { navigate } from '../model/router';
import { stranded } from '../model/session';
import { lazy } from '../view/lazy';

const home = () => navigate('/', { replace: true });
const silent = () => {};

/** Without it there is nothing to show but that the server cannot be reached. */
export const FrontPage = lazy(
  async () => (await loadPart('front', () => import('./front'))).FrontPage,
  stranded,
  silent,
);

export const ConnectionPage = lazy(
  async () => (await loadPart('connection', () => import('./connection'))).ConnectionPage,
  home,
);

export const ResetPage = lazy(async () => (await loadPart('reset', () => import('./reset'))).ResetPage, home);

export const AdministrationPage = lazy(
  async () =>
    (await loadPart('administration-page', () => import('../administration/administration-page')))
      .AdministrationPage,
  home,
);
