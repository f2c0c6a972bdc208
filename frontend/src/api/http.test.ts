import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { passes, Problem, request, speakFor, Unreachable, whenSignedOut, whenSomebodyElse } from './http';

const real = globalThis.fetch;
const asked: (string | null)[] = [];
let answer = () => Response.json({});

function refused(status: number, headers: Record<string, string> = {}): Response {
  return Response.json(
    { detail: 'No.' },
    { status, headers: { 'Content-Type': 'application/problem+json', ...headers } },
  );
}

function page(status: number): Response {
  return new Response('<h1>No</h1>', { status, headers: { 'Content-Type': 'text/html' } });
}

before(() => {
  globalThis.fetch = async (_path, init) => {
    asked.push(new Headers(init?.headers).get('Chatd-User'));
    return answer();
  };
});

after(() => {
  globalThis.fetch = real;
});

test('changes say whose they are, and questions do not', async () => {
  await request('POST', '/api/v1/rooms/7/messages', { body: {} });
  speakFor(3);
  await request('POST', '/api/v1/rooms/7/messages', { body: {} });
  await request('DELETE', '/api/v1/me/saved/7/1');
  await request('GET', '/api/v1/overview');
  speakFor(null);
  await request('POST', '/api/v1/sign-in', { body: {} });
  assert.deepEqual(asked, [null, '3', '3', null, null]);
});

test('a change that is refused since somebody else is signed in is told of, and may be made later', async () => {
  let told = 0;
  whenSomebodyElse(() => told++);
  answer = () => refused(412);
  await assert.rejects(request('PUT', '/api/v1/me/drafts', { body: {} }), (error) => {
    assert.ok(error instanceof Problem);
    return passes(error);
  });
  assert.equal(told, 1);
});

/** An answer whose status was cut. Only the network makes one: a script may not. */
function cut(status: number): Response {
  return Object.defineProperties(new Response(''), { status: { value: status }, ok: { value: false } });
}

const notOurs: readonly [string, () => Response][] = [
  ['"HTTP/1", of whatever it was', () => new Response('')],
  ['the first digit of a status', () => cut(2)],
  ['two digits of a status', () => cut(20)],
  [
    'the page of a hotspot',
    () => new Response('<p>Welcome</p>', { headers: { 'Content-Type': 'text/html' } }),
  ],
  ['half a body', () => new Response('{"id":', { headers: { 'Content-Type': 'application/json' } })],
];

for (const [name, half] of notOurs) {
  test(`no answer of the server: ${name}`, async () => {
    let told = 0;
    whenSignedOut(() => told++);
    answer = half;
    await assert.rejects(request('PUT', '/api/v1/rooms/7/read', { body: {} }), Unreachable);
    assert.equal(told, 0);
  });
}

test('who is signed out is told, by the server only', async () => {
  let told = 0;
  whenSignedOut(() => told++);
  answer = () => refused(401);
  await assert.rejects(request('GET', '/api/v1/overview'), Problem);
  assert.equal(told, 1);
});

test('an answer without content is an answer', async () => {
  answer = () => new Response(null, { status: 204 });
  assert.equal(await request('DELETE', '/api/v1/me/saved/7/1'), null);
});

for (const { status, again } of [
  { status: 400, again: false },
  { status: 413, again: false },
  { status: 429, again: true },
  { status: 502, again: true },
]) {
  test(`a refusal that is a proxy's to say is one (${status})`, async () => {
    answer = () => page(status);
    await assert.rejects(request('POST', '/api/v1/rooms/7/messages', { body: {} }), (error) => {
      return error instanceof Problem && error.status === status && passes(error) === again;
    });
  });
}

test('nobody is waited for longer than an hour', async () => {
  answer = () => refused(429, { 'Retry-After': '99999999' });
  await assert.rejects(request('POST', '/api/v1/rooms/7/messages', { body: {} }), { retryAfter: 3_600 });
});
