import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Unreachable } from '../api/http';
import type { Me } from '../api/records';
import { endOf } from './ends';
import { upcoming } from './format';
import { chooseNotices, choosePresence, setStatus } from './own-state';
import { setUp } from './testing/chat-world';
import { ana, Later } from './testing/world';
import { localTime } from './zone';

function setUpSlow() {
  const world = setUp();
  const answers = new Later<Me>();
  world.api.changeMe = async (change) => {
    world.changes.push(change);
    return answers.ask();
  };
  return { ...world, answers };
}

describe('what I choose to be', () => {
  test('shows at once and goes to the server with its end', async () => {
    const { chat, changes, answers } = setUpSlow();
    const done = choosePresence(chat, 'do-not-disturb', 'hour');
    const { until } = chat.people.choice;
    assert.equal(chat.people.shown(ana.id), 'do-not-disturb');
    assert.ok(until !== null && Math.abs(until - Date.now() - 3_600_000) < 5_000);
    assert.deepEqual(changes, [
      { presence: { choice: 'do-not-disturb', until: new Date(until).toISOString() } },
    ]);
    await answers.answer({ ...ana, presence: { choice: 'do-not-disturb', until } });
    await done;
    assert.equal(chat.people.shown(ana.id), 'do-not-disturb');
    chat.stop();
  });

  test('is taken back when the server cannot be reached', async () => {
    const { chat, answers } = setUpSlow();
    const done = choosePresence(chat, 'invisible');
    assert.equal(chat.people.shown(ana.id), 'invisible');
    const failed = assert.rejects(done, Unreachable);
    await answers.fail(new Unreachable(new Error('no network')));
    await failed;
    assert.equal(chat.people.shown(ana.id), 'online');
    chat.stop();
  });

  test('stays as chosen last when an earlier choice fails late', async () => {
    const { chat, answers } = setUpSlow();
    const first = assert.rejects(choosePresence(chat, 'invisible'));
    void choosePresence(chat, 'do-not-disturb');
    await answers.fail(new Unreachable(new Error('no network')));
    await first;
    assert.equal(chat.people.shown(ana.id), 'do-not-disturb');
    chat.stop();
  });

  test('is what the server knows when two changes fail, whichever first', async () => {
    const { chat, answers } = setUpSlow();
    const first = assert.rejects(choosePresence(chat, 'invisible'));
    const second = assert.rejects(choosePresence(chat, 'do-not-disturb'));
    await answers.fail(new Unreachable(new Error('no network')));
    await first;
    assert.equal(chat.people.shown(ana.id), 'do-not-disturb');
    await answers.fail(new Unreachable(new Error('no network')));
    await second;
    assert.equal(chat.people.shown(ana.id), 'online');
    assert.deepEqual(chat.people.choice, ana.presence);
    chat.stop();
  });

  test('does not keep another thing that fails from being taken back', async () => {
    const { chat, answers } = setUpSlow();
    const presence = assert.rejects(choosePresence(chat, 'invisible'));
    const notices = assert.rejects(chooseNotices(chat, 'hide'));
    await answers.fail(new Unreachable(new Error('no network')));
    await presence;
    assert.equal(chat.people.shown(ana.id), 'online');
    assert.equal(chat.me.notices, 'hide');
    await answers.fail(new Unreachable(new Error('no network')));
    await notices;
    assert.equal(chat.me.notices, ana.notices);
    chat.stop();
  });

  test('about notices changes the timeline at once', async () => {
    const { chat, room, answers } = setUpSlow();
    const shown = () => room.items.value.filter((item) => item.kind === 'notices').length;
    for (const user of [2, 3]) room.addNotice({ kind: 'signed-in', user, actor: null, at: 1 });
    room.history.newer.value = false;
    assert.equal(shown(), 1);
    void chooseNotices(chat, 'show');
    assert.equal(shown(), 2);
    void chooseNotices(chat, 'hide');
    assert.equal(shown(), 0);
    await answers.answer({ ...ana, notices: 'hide' });
    chat.stop();
  });

  test('as a status with nothing in it is no status', async () => {
    const { chat, changes } = setUp();
    await setStatus(chat, '🌴', '', null);
    await setStatus(chat, '', '', 5);
    assert.deepEqual(changes, [{ status: { emoji: '🌴', text: '', until: null } }, { status: null }]);
    chat.stop();
  });
});

describe('the time zone', () => {
  test('is told to the server when it knows another one', () => {
    const { chat, changes } = setUp(3, {}, [], { time_zone: 'Antarctica/Troll' });
    assert.deepEqual(changes, [{ time_zone: ana.time_zone }]);
    chat.stop();
    assert.deepEqual(setUp().changes, []);
  });

  test('of somebody gives the time there and how much later it is', () => {
    const summer = Date.UTC(2026, 6, 6, 22, 30);
    const there = (zone: string) => localTime(zone, summer, 'Europe/Berlin');
    assert.equal(there('Europe/Berlin')?.ahead, 0);
    assert.equal(there('Asia/Kolkata')?.ahead, 210);
    assert.equal(there('America/New_York')?.ahead, -360);
    assert.match(there('Asia/Kolkata')?.clock ?? '', /^\S*0?4:00/);
    assert.match(there('America/New_York')?.clock ?? '', /Monday/);
    assert.equal(there(''), null);
    assert.equal(there('Atlantis/Capital'), null);
  });
});

describe('the end of what I say of myself', () => {
  test('is written as shortly as it is clear', () => {
    const at = (days: number) => new Date(2026, 0, 5 + days, 8).getTime();
    assert.match(upcoming(at(0), at(0) - 60_000), /^8:00/);
    assert.match(upcoming(at(1), at(0)), /^tomorrow 8:00/);
    assert.match(upcoming(at(6), at(0)), /Sunday.*8:00/);
    assert.match(upcoming(at(7), at(0)), /2026/);
  });

  const monday = new Date(2026, 0, 5, 14, 5, 30).getTime();
  const end = (which: Parameters<typeof endOf>[0], now = monday) => {
    const at = endOf(which, now);
    return at === null ? null : new Date(at).toString().slice(0, 24);
  };

  test('is the moment that people mean', () => {
    assert.equal(end('none'), null);
    assert.equal(end('half-hour'), 'Mon Jan 05 2026 14:35:30');
    assert.equal(end('four-hours'), 'Mon Jan 05 2026 18:05:30');
    assert.equal(end('tomorrow'), 'Tue Jan 06 2026 08:00:00');
    assert.equal(end('today'), 'Mon Jan 05 2026 23:59:59');
    assert.equal(end('week'), 'Sun Jan 11 2026 23:59:59');
    assert.equal(end('week', new Date(2026, 0, 11, 9).getTime()), 'Sun Jan 11 2026 23:59:59');
    assert.equal(end('tomorrow', new Date(2026, 11, 31, 9).getTime()), 'Fri Jan 01 2027 08:00:00');
  });
});
