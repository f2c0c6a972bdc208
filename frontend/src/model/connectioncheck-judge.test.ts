import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Arrival,
  type Echo,
  type Finding,
  type Findings,
  gradeOf,
  judgeAddress,
  judgeBuffering,
  judgeFirst,
  judgeProxy,
  median,
  summarize,
} from './connectioncheck-judge';

/** Eleven lines, each sent half a second after the one before, that come as late as `late` says. */
function lines(late: (n: number) => number, howMany = 11): Arrival[] {
  return Array.from({ length: howMany }, (_, n) => ({ sent: n * 500, at: n * 500 + late(n) }));
}

describe('how the lines of a stream come', () => {
  const cases: Record<string, { arrivals: Arrival[]; complete?: boolean; end?: number; found: string }> = {
    'at their times': { arrivals: lines(() => 25), found: 'prompt' },
    'with a hiccup': { arrivals: lines((n) => (n === 4 ? 800 : 25)), found: 'prompt' },
    'over a slow way': { arrivals: lines(() => 640), found: 'prompt' },
    'in pairs of seconds': { arrivals: lines((n) => 25 + 1500 - (n % 4) * 500), found: 'slow' },
    'the first late, the rest in time': {
      arrivals: lines((n) => (n < 3 ? 2000 - n * 500 : 25)),
      found: 'slow',
    },
    'all together at the end': { arrivals: lines((n) => 5000 - n * 500), found: 'held' },
    'the first only when there are enough': {
      arrivals: lines((n) => Math.max(25, 3500 - n * 500)),
      found: 'held',
    },
    'more and more late': { arrivals: lines((n) => n * 400), found: 'held' },
    'until it is cut off': { arrivals: lines(() => 25, 5), complete: false, end: 2100, found: 'stream-cut' },
    'held back and then cut off': {
      arrivals: lines((n) => 4000 - n * 500, 5),
      complete: false,
      end: 4000,
      found: 'held',
    },
    'not at all': { arrivals: [], complete: false, end: 15_000, found: 'nothing-came' },
  };
  for (const [name, { arrivals, complete = true, end = 5_025, found }] of Object.entries(cases)) {
    test(name, () => {
      const record = { arrivals, complete, end, compressed: false };
      assert.equal(judgeBuffering(record, 30).found, found);
      assert.equal(judgeFirst(record).found, arrivals.length === 0 ? 'nothing-came' : 'first');
    });
  }

  test('is told with what the way itself takes left out', () => {
    const found = judgeBuffering(
      { arrivals: lines(() => 640), complete: true, end: 0, compressed: true },
      400,
    );
    assert.deepEqual(found, { found: 'prompt', worst: 440, compressed: true });
  });
});

const echo: Echo = {
  http: 'HTTP/1.1',
  host: 'chat.example.org',
  address: '203.0.113.9',
  proxy_headers: [],
  public_url: '',
  hints: [],
};

describe('a proxy', () => {
  const seen = (change: Partial<Echo>, origin: string, protocol: string) => {
    const found = judgeProxy({ ...echo, ...change }, origin, protocol);
    assert.ok(found.found === 'proxy');
    return found.seen;
  };

  test('shows itself by its headers, and by what chatd does not speak', () => {
    assert.equal(seen({}, 'http://chat.example.org', 'http/1.1'), false);
    assert.equal(seen({}, 'http://chat.example.org', ''), false);
    assert.equal(seen({ proxy_headers: ['Via'] }, 'http://chat.example.org', 'http/1.1'), true);
    assert.equal(seen({}, 'https://chat.example.org', 'http/1.1'), true);
    assert.equal(seen({}, 'http://chat.example.org', 'h2'), true);
    assert.equal(seen({ http: 'HTTP/1.0' }, 'http://chat.example.org', 'http/1.1'), true);
  });
});

describe('the address', () => {
  const origin = 'https://chat.example.org';
  const cases: Record<string, { change: Partial<Echo>; origin?: string; want: Finding }> = {
    'is the one in the address bar': { change: {}, want: { found: 'no-address' } },
    'may name the port that goes without saying': {
      change: { host: 'CHAT.example.org:443' },
      want: { found: 'no-address' },
    },
    'is passed on by another name': {
      change: { host: 'backend:8080' },
      want: { found: 'renamed', host: 'backend:8080' },
    },
    'is no address at all': { change: { host: 'a b' }, want: { found: 'renamed', host: 'a b' } },
    'is the public one, whatever the proxy says': {
      change: { host: 'backend:8080', public_url: 'https://chat.example.org/team' },
      want: { found: 'address' },
    },
    'is not the public one': {
      change: { public_url: 'https://chat.example.org' },
      origin: 'http://chat.example.org',
      want: { found: 'other-address', address: 'https://chat.example.org' },
    },
  };
  for (const [name, { change, want, ...rest }] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(judgeAddress({ ...echo, ...change }, rest.origin ?? origin), want));
  }
});

test('the median is the middle one', () => {
  assert.equal(median([300, 20, 22, 21, 25]), 22);
  assert.equal(median([7]), 7);
});

test('how long silence lasts decides how bad its end is', () => {
  const grades = [8, 16, 17, 29, 30, 60].map((seconds) => gradeOf({ found: 'cut', seconds }));
  assert.deepEqual(grades, ['bad', 'bad', 'note', 'note', 'good', 'good']);
});

describe('the sentence on top', () => {
  const fine: Findings = {
    reach: { found: 'reached', roundTrip: 20, lost: 0, of: 5 },
    first: { found: 'first', after: 20 },
    buffering: { found: 'prompt', worst: 10, compressed: false },
    silence: { found: 'kept', seconds: 30 },
    browser: { found: 'browser', cookies: true, secure: true, locks: true },
  };
  const held: Finding = { found: 'held', worst: 5000, compressed: false };
  const cases: Record<string, { change: Findings; transport?: 'iframe' | 'long-poll'; want: string }> = {
    'says that all is well': { change: {}, want: 'fine' },
    'does not wait for the silence': { change: { silence: { found: 'stopped' } }, want: 'fine' },
    'tells that the server is away': { change: { reach: { found: 'unreachable' } }, want: 'unreachable' },
    'tells that the server went away meanwhile': {
      change: { silence: { found: 'unreachable' } },
      want: 'unreachable',
    },
    'tells of somebody else who answers': { change: { reach: { found: 'foreign' } }, want: 'foreign' },
    'tells of answers that are held back': {
      change: { buffering: held },
      transport: 'long-poll',
      want: 'held',
    },
    'tells of a stream of which nothing came': {
      change: { first: { found: 'nothing-came', after: 1 }, buffering: { found: 'nothing-came', after: 1 } },
      want: 'held',
    },
    'does not claim long-polling where a stream is in use': {
      change: { buffering: held },
      transport: 'iframe',
      want: 'held-but-streams',
    },
    'tells of early cuts first, which long-polling suffers from too': {
      change: { buffering: held, silence: { found: 'cut', seconds: 8 } },
      want: 'restless',
    },
    'is not alarmed by late cuts': { change: { silence: { found: 'cut', seconds: 20 } }, want: 'fine' },
    'tells of streams that are cut': {
      change: { buffering: { found: 'stream-cut', after: 2000 } },
      want: 'cuts',
    },
    'asks for cookies': {
      change: { browser: { found: 'browser', cookies: false, secure: true, locks: true } },
      want: 'no-cookies',
    },
    'tells that the server is stopping': { change: { buffering: { found: 'stopping' } }, want: 'stopping' },
  };
  for (const [name, { change, want, transport }] of Object.entries(cases)) {
    test(name, () => assert.equal(summarize({ ...fine, ...change }, transport ?? null).found, want));
  }
});
