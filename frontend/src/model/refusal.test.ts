import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../api/http';
import { endTime } from './format';
import { refusal } from './refusal';

test('The end of what stands in the way is told by the clock of the reader', () => {
  const until = Date.UTC(2026, 10, 24, 6, 38);
  const said = 'You are muted in this room until 24 November 2026, 06:38 UTC. You can go on reading it.';
  assert.equal(
    refusal(new Problem(403, said, null, {}, until)),
    `You are muted in this room until ${endTime(until)}. You can go on reading it.`,
  );
  assert.equal(refusal(new Problem(403, said, null, {})), said, 'without the moment the sentence stays');
});
