import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Member, User } from '../api/records';
import type { MembersRequest } from '../api/routes';
import { People } from './people';
import { Roster } from './roster';
import { setUp as setUpChat } from './testing/chat-world';
import { ana, bo, cem, memberOf, settled } from './testing/world';

/** A room of so many members besides me, every fifth of them here, answered as the server does. */
function setUp(count: number) {
  const members: Member[] = Array.from({ length: count }, (_, i) =>
    memberOf(
      { ...bo, id: 100 + i, username: `u${i}`, display_name: `Person ${String(i).padStart(5, '0')}` },
      { state: i % 5 === 0 ? 'online' : 'offline' },
    ),
  );
  const asked: MembersRequest[] = [];
  const people = new People(ana, []);
  const roster = new Roster(async (_wanted) => {
    asked.push(_wanted);
    const { after, limit = 50, here, search = '' } = _wanted;
    const fit = members.filter(
      (one) => (!here || one.state === 'online') && one.display_name.includes(search),
    );
    const from = Number(after ?? 0);
    const next = from + limit < fit.length ? String(from + limit) : null;
    const here_total = members.filter((one) => one.state === 'online').length;
    return { items: fit.slice(from, from + limit), next, total: members.length, here: here_total };
  }, people);
  return { roster, people, asked, members };
}

const event = (kind: 'join' | 'leave', user: User) => ({ kind, user, actor: user, at: 1 }) as const;

describe('the roster of a large room', () => {
  test('knows how many there are, and how many are here, from the first page', async () => {
    const { roster, asked } = setUp(10_000);
    await roster.refresh();
    assert.equal(asked.length, 1);
    assert.equal(roster.members.value?.length, 200);
    assert.equal(roster.total.value, 10_000);
    assert.equal(roster.here.value, 2_000);
    assert.ok(roster.large.value);
  });

  test('lists those who are here, and those whose name is looked for, page by page', async () => {
    const { roster, people, asked } = setUp(10_000);
    const list = roster.look({ here: true, search: 'Person 0' });
    await list.refresh();
    await list.advance();
    assert.deepEqual(asked, [
      { after: null, limit: 200, here: true, search: 'Person 0' },
      { after: '200', limit: 200, here: true, search: 'Person 0' },
    ]);
    assert.equal(list.items.value?.length, 400);
    assert.ok(list.items.value?.every((one) => people.state(one.id) === 'online'));
    roster.release(list);
  });

  test('counts who joins and leaves, and takes who leaves off every list', async () => {
    const { roster, members } = setUp(10_000);
    await roster.refresh();
    const list = roster.look({ here: true, search: '' });
    await list.refresh();
    const [first] = members;
    assert.ok(first);
    roster.take(event('leave', first));
    roster.take(event('join', cem));
    roster.take(event('join', { ...cem, id: 4 }));
    assert.equal(roster.total.value, 10_001);
    assert.equal(
      list.items.value?.some((one) => one.id === first.id),
      false,
    );
    assert.equal(list.items.value?.length, 199);
  });
});

describe('the roster of a small room', () => {
  test('counts its members itself', async () => {
    const { roster } = setUp(30);
    await roster.refresh();
    roster.take(event('join', cem));
    roster.take(event('join', cem));
    assert.equal(roster.total.value, 31);
    assert.equal(roster.large.value, false);
  });
});

describe('after a gap in presence', () => {
  test('the lists that are looked at are asked for again, and with them when people were here last', async () => {
    const { chat, room, feed, roster } = setUpChat();
    const gone = memberOf(cem, { state: 'offline', last_seen_at: 1_000 });
    roster.members = [...roster.members, gone];
    chat.open(7);
    await settled();
    const list = room.roster.look({ here: false, search: '' });
    await list.refresh();
    assert.equal(roster.asked, 2);
    const snapshot = () => feed.onPresence({ snapshot: true, states: {}, notices: [], here: {} });
    snapshot();
    await settled();
    assert.equal(roster.asked, 2);
    assert.equal(chat.people.lastSeen(cem.id), 1_000);
    roster.members = [...roster.members.slice(0, -1), { ...gone, last_seen_at: 2_000 }];
    snapshot();
    assert.equal(chat.people.lastSeen(cem.id), null);
    await settled();
    assert.equal(roster.asked, 4);
    assert.equal(chat.people.lastSeen(cem.id), 2_000);
    chat.stop();
  });
});

describe('the channel is told', () => {
  test('which people are on the screen, once for what comes and goes together', async () => {
    const { chat, told } = setUpChat();
    chat.screen.appeared(2);
    chat.screen.appeared(3);
    chat.screen.appeared(2);
    await settled();
    chat.screen.went(2);
    chat.screen.went(3);
    chat.screen.appeared(4);
    await settled();
    chat.screen.went(2);
    await settled();
    assert.deepEqual(
      told.views.map(({ people }) => people),
      [[], ['2', '3'], ['4', '2'], ['4']],
    );
    chat.stop();
  });

  test('of which room to count who is here: the open one, when it is large', async () => {
    const { chat, room, feed, roster, told } = setUpChat();
    chat.open(7);
    await settled();
    assert.equal(told.views.at(-1)?.room, null);
    chat.open(null);
    roster.more = 5_000;
    chat.open(7);
    await settled();
    assert.equal(told.views.at(-1)?.room, '7');
    const tell = (snapshot: boolean) =>
      feed.onPresence({ snapshot, states: {}, notices: [], here: { 7: 4_312 } });
    tell(true);
    assert.equal(room.roster.here.value, 4_312);
    assert.equal(room.roster.turns.value, 0);
    tell(false);
    assert.equal(room.roster.turns.value, 1, 'as many others are here');
    chat.open(null);
    assert.equal(told.views.at(-1)?.room, null);
    chat.stop();
  });

  test('when nobody uses the tab, and when somebody does again', () => {
    const { chat, idle, told } = setUpChat();
    assert.equal(told.activity, 'active');
    idle.value = true;
    assert.equal(told.activity, 'idle');
    idle.value = false;
    assert.equal(told.activity, 'active');
    chat.stop();
    idle.value = true;
    assert.equal(told.activity, 'active');
  });
});
