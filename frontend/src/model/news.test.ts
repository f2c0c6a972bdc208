import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setUp } from './testing/chat-world';
import { ana, bo, cem, entry, guestsAbilities, memberOf, overview, settled } from './testing/world';

describe('news', () => {
  test('of the workspace change its name, who may sign up, and for how long messages are kept', () => {
    const { chat, feed } = setUp();
    feed.onData('workspace', 1, { kind: 'workspace-changed', name: 'Open house', sign_up: 'open' });
    assert.deepEqual(chat.workspace.value, { name: 'Open house', sign_up: 'open', retention_days: 0 });
    const kept = { kind: 'workspace-changed', name: 'Open house', sign_up: 'open', retention_days: 30 };
    feed.onData('workspace', 2, kept);
    assert.equal(chat.workspace.value.retention_days, 30);
  });

  test('of a room change its name, what it is for, and who writes in it', async () => {
    const { api, chat, feed, room, rooms } = setUp();
    let answer = () => {};
    api.overview = () =>
      new Promise((resolve) => {
        answer = () => resolve(overview(rooms));
      });
    void chat.refresh();
    const changed = { id: 7, kind: 'public', name: 'library', description: 'Quiet.', state: 'read-only' };
    feed.onData('room:7', 4, { kind: 'room-changed', room: changed });
    answer();
    await settled();
    assert.deepEqual(
      [room.name.value, room.description.value, room.state.value],
      ['library', 'Quiet.', 'read-only'],
      'an overview from before does not take it back',
    );
  });

  test('of people say who is deactivated', () => {
    const { chat, feed } = setUp();
    feed.onData('workspace', 1, { kind: 'user-changed', user: { ...bo, deactivated: true } });
    assert.ok(chat.people.deactivated(bo.id));
    feed.onData('workspace', 2, { kind: 'user-changed', user: { ...bo, deactivated: undefined } });
    assert.ok(!chat.people.deactivated(bo.id));
  });

  test('of my own name change it everywhere', () => {
    const { chat, feed } = setUp();
    feed.onData('workspace', 1, { kind: 'user-changed', user: { ...ana, display_name: 'Ana B.' } });
    assert.equal(chat.me.display_name, 'Ana B.');
    assert.equal(chat.people.name(ana.id), 'Ana B.');
  });

  test('of a role in the room load the members afresh, once for many', async () => {
    const { chat, room, feed, roster } = setUp();
    chat.open(7);
    await settled();
    roster.asked = 0;
    roster.members = [memberOf(bo, { room_role: 'moderator' })];
    for (let i = 0; i < 10; i++) {
      feed.onData('room:7', 4 + i, { kind: 'member-changed', user: bo, actor: ana, at: 1 });
    }
    await settled();
    assert.ok(roster.asked <= 2, `${roster.asked} requests`);
    assert.equal(room.roster.members.value?.[0]?.room_role, 'moderator');
  });

  test('of a room of which nobody has seen the members ask for nothing', () => {
    const { feed, roster } = setUp();
    feed.onData('room:7', 4, { kind: 'member-changed', user: bo, actor: ana, at: 1 });
    assert.equal(roster.asked, 0);
  });
});

describe('a guest', () => {
  /** The chat of somebody who knows only Bo. */
  async function setUpGuest() {
    const world = setUp();
    const me = { ...ana, role: 'guest' as const };
    world.api.overview = async () =>
      overview(world.rooms, { me, abilities: guestsAbilities, users: [me, bo] });
    await world.chat.refresh();
    return world;
  }

  test('meets people as they join', async () => {
    const { chat, feed } = await setUpGuest();
    assert.equal(chat.people.name(cem.id), '');
    feed.onData('room:7', 4, { kind: 'join', user: cem, actor: cem, at: 1 });
    assert.equal(chat.people.name(cem.id), 'Cem');
  });

  test('asks who is there when they are added to a room', async () => {
    const { api, chat, feed, rooms } = await setUpGuest();
    const before = api.overview;
    let asked = 0;
    api.overview = () => {
      asked++;
      return before();
    };
    rooms.push(entry(8));
    feed.onData('user:1', 1, { kind: 'room-added', room: entry(8) });
    await settled();
    assert.equal(asked, 1);
    assert.ok(chat.rooms.value.has(8));
  });
});
