import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { passes, Problem, request, speakFor, whenSomebodyElse } from './http';

const real = globalThis.fetch;
const asked: (string | null)[] = [];
let status = 200;

before(() => {
  globalThis.fetch = async (_path, init) => {
    asked.push(new Headers(init?.headers).get('Chatd-User'));
    return Response.json({ detail: 'No.' }, { status });
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
  status = 412;
  await assert.rejects(request('PUT', '/api/v1/me/drafts', { body: {} }), (error) => {
    assert.ok(error instanceof Problem);
    return passes(error);
  });
  assert.equal(told, 1);
});
