/** The pages beside the chat, each of which is loaded when somebody comes to it. */
import { navigate } from '../model/router';
import { stranded } from '../model/session';
import { lazy } from '../view/lazy';

const home = () => navigate('/', { replace: true });
const silent = () => {};

/** Without it there is nothing to show but that the server cannot be reached. */
export const FrontPage = lazy(async () => (await import('./front')).FrontPage, stranded, silent);

export const ConnectionPage = lazy(async () => (await import('./connection')).ConnectionPage, home);

export const ResetPage = lazy(async () => (await import('./reset')).ResetPage, home);

export const AdministrationPage = lazy(
  async () => (await import('../administration/administration-page')).AdministrationPage,
  home,
);
