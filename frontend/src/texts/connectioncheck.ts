/** The texts of the connection check. */
import type { TransportName } from '../comet/types';
import type { Finding, Grade, StepName, Summary } from '../model/connectioncheck-judge';
import { count, listOf } from '../model/format';
import { duration, some } from './words';

const ms = (n: number) => `${count(Math.round(n))} ms`;
const seconds = (n: number) => `${count(Math.round(n / 100) / 10)} s`;
const span = (n: number) => (n < 1000 ? ms(n) : seconds(n));

/** The names of protocols as browsers know them. */
const protocols: Readonly<Record<string, string>> = {
  'http/1.0': 'HTTP/1.0',
  'http/1.1': 'HTTP/1.1',
  h2: 'HTTP/2',
  h3: 'HTTP/3',
};

const transports: Record<TransportName, string> = {
  iframe: 'Messages come over a stream.',
  'long-poll': 'Messages come by long-polling.',
  poll: 'The page asks every few seconds, because other tabs hold as many connections as a browser may.',
};

const failures = {
  unreachable:
    'No answer came from the server. Something on the way may be off, or the server is not running.',
  offline: 'This device has no network. Check its connection, then run the check again.',
  foreign:
    'Something else answered in place of chatd, such as the sign-in page of a Wi-Fi network or of a proxy. Open another web page to see what your network wants.',
  gateway: (status: number) =>
    `A proxy in front of the server answered that it cannot reach chatd (status ${status}). Tell the administrator.`,
};

export const checkTexts = {
  title: 'Connection check',
  lead: 'What stands between this browser and the server, and what chatd makes of it.',
  again: 'Run again',
  running: 'Checking. This takes about 40 seconds.',
  list: 'What was checked',
  back: 'Back to chatd',
  stop: 'Stop waiting',
  longer: 'Try two minutes of silence',
  copy: 'Copy the result',
  copied: 'The result is copied.',
  result: 'The result as text',
  heading: (origin: string, when: string) => `Connection check of ${origin}, ${when}`,
  waiting: 'Not checked yet.',
  skipped: 'Not checked, because the server was not reached.',
  measuring: 'Being measured…',
  silent: (n: number) => `The server says nothing for ${duration(n)}…`,
  states: {
    good: 'Good',
    note: 'To note',
    bad: 'Bad',
    running: 'Running',
    waiting: 'Waiting',
  } satisfies Record<Grade | 'running' | 'waiting', string>,
  steps: {
    reach: 'Server reached',
    version: 'HTTP version',
    proxy: 'Proxy',
    address: 'Address',
    first: 'First byte of a stream',
    buffering: 'Held back',
    silence: 'Silence',
    use: 'In use',
    browser: 'This browser',
  } satisfies Record<StepName, string>,
  sentence,
  summary,
};

/** What a step found, in one or two sentences. */
function sentence(f: Finding): string {
  switch (f.found) {
    case 'unreachable':
    case 'offline':
    case 'foreign':
      return failures[f.found];
    case 'gateway':
      return failures.gateway(f.status);
    case 'refused':
      return f.text;
    case 'reached':
      return f.lost === 0
        ? `The server answers in ${ms(f.roundTrip)}, there and back.`
        : `${some(f.lost, 'request', 'requests')} of ${f.of} got lost. The others took ${ms(f.roundTrip)}, there and back.`;
    case 'version':
      return version(f.here, f.there);
    case 'proxy':
      return proxy(f);
    case 'address':
      return 'This is the address that chatd is set up for.';
    case 'no-address':
      return 'chatd is called by the name in the address bar.';
    case 'other-address':
      return `chatd is set up for ${f.address}. Use that address: here, signing in may not work.`;
    case 'renamed':
      return `A proxy calls chatd by another name (${f.host}). The administrator should set CHATD_PUBLIC_URL to the address that people use.`;
    case 'first':
      return `The first line of a stream came after ${span(f.after)}.`;
    case 'nothing-came':
      return `Of a stream nothing came within ${seconds(f.after)}. chatd uses long-polling then, which is not affected.`;
    case 'prompt':
      return f.compressed
        ? `Each line comes when it is sent (at most ${ms(f.worst)} late), though something on the way compresses them.`
        : `Nothing holds answers back: each line comes when it is sent (at most ${ms(f.worst)} late).`;
    case 'slow':
      return `Lines of a stream come up to ${seconds(f.worst)} late.${squeezed(f.compressed)} Messages may take as long.`;
    case 'held':
      return `Something on the way holds answers back: lines came up to ${seconds(f.worst)} late.${squeezed(f.compressed)} It may be a proxy, a firewall or a virus scanner.`;
    case 'stream-cut':
      return `A stream was cut off after ${seconds(f.after)}. chatd opens it anew, or uses long-polling when that happens again and again.`;
    case 'kept':
      return `A connection that is silent for ${duration(f.seconds)} stays open. chatd needs no more than 30 seconds.`;
    case 'cut':
      return cut(f.seconds);
    case 'lost':
      return `After ${duration(f.seconds)} of silence nothing came through any more. chatd notices and connects anew, but messages may come late.`;
    case 'stopping':
      return 'The server is stopping. Run the check again in a moment.';
    case 'stopped':
      return 'You ended this measurement.';
    case 'use':
      return f.connected && f.transport
        ? transports[f.transport]
        : 'The page is not connected at the moment.';
    case 'not-signed-in':
      return 'You are not signed in on this page. chatd chooses by itself when you are.';
    case 'browser':
      return own(f);
  }
}

function version(here: string, there: string): string {
  const spoken = protocols[here] ?? here.toUpperCase();
  if (spoken === '')
    return `The last hop speaks ${there} to chatd. The browser does not tell what it speaks.`;
  if (spoken === there) return `The browser and chatd speak ${spoken}.`;
  return `The browser speaks ${spoken}, and the last hop speaks ${there} to chatd.`;
}

function proxy({ seen, headers, hints, address }: Extract<Finding, { found: 'proxy' }>): string {
  const what =
    headers.length > 0
      ? `A proxy is in between (${listOf(headers)}).`
      : seen
        ? 'A proxy is in between.'
        : 'No proxy has shown itself.';
  return [what, `To chatd you come from ${address}.`, ...hints].join(' ');
}

function squeezed(compressed: boolean): string {
  return compressed ? ' Something on the way compresses them, which often holds them back.' : '';
}

function cut(after: number): string {
  const found = `Silent connections are cut off after about ${duration(after)}.`;
  if (after >= 30) return `${found} That is no harm: chatd is never silent for more than 30 seconds.`;
  if (after >= 17) {
    return `${found} Streams are not affected, which say something every 15 seconds. Long-polling is cut now and then, and asks again.`;
  }
  return `${found} chatd connects anew each time, and nothing is lost, but messages may come late. The administrator of the network or proxy should allow at least 30 seconds.`;
}

function own({ cookies, secure, locks }: Extract<Finding, { found: 'browser' }>): string {
  if (!cookies) {
    return 'Cookies are switched off, so that nobody can sign in. Allow them for this address.';
  }
  if (!secure) {
    return 'Cookies are on. The page came over plain HTTP, so tabs agree among themselves in a simpler way, and others in your network could read along.';
  }
  return locks
    ? 'Cookies are on, the page is secure, and tabs share one connection by Web Locks.'
    : 'Cookies are on and the page is secure. The browser has no Web Locks, so tabs agree in a simpler way.';
}

function summary(s: Summary): string {
  switch (s.found) {
    case 'unreachable':
      return 'The server cannot be reached. Check that this device has a network, and that the server runs.';
    case 'offline':
    case 'foreign':
      return failures[s.found];
    case 'gateway':
      return failures.gateway(s.status);
    case 'refused':
      return s.text;
    case 'no-cookies':
      return 'The way is free, but cookies are switched off. Allow them for this address to sign in.';
    case 'restless':
      return 'Something between you and the server cuts off silent connections early. chatd connects anew each time, so nothing is lost, but messages may come late.';
    case 'cuts':
      return 'Something between you and the server cuts streams off. chatd uses long-polling when that happens again and again.';
    case 'held':
      return 'Something between you and the server holds answers back. chatd uses long-polling, which is not affected.';
    case 'held-but-streams':
      return 'Something between you and the server holds some answers back. The stream of this page comes through.';
    case 'stopping':
      return 'The server is stopping. Run the check again in a moment.';
    case 'fine':
      return s.transport ? `Everything works. ${transports[s.transport]}` : 'Everything works.';
  }
}
