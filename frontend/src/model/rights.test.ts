import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { abilities } from '../api/records';
import type { RoomRole, User } from '../api/records';
import { givableRoles, givableRoomRoles, mayActOn, mayManage } from './moderation';
import { Rights } from './rights';
import { setUp } from './testing/chat-world';
import { ana, bo, entry, guestsAbilities, memberOf, overview, settled } from './testing/world';

const member = (room_role: RoomRole, user: User = bo) => memberOf(user, { room_role });

describe('what one may do', () => {
  test('is what the table says, and nothing else', () => {
    const rights = new Rights({
      workspace: ['invite'],
      room: { 'post-message': ['member/public/open', 'owner/public/read-only'] },
    });
    assert.ok(rights.may('invite'));
    assert.ok(!rights.may('change-workspace'));
    assert.ok(rights.mayIn({ role: 'member', kind: 'public', state: 'open' }, 'post-message'));
    assert.ok(!rights.mayIn({ role: 'member', kind: 'public', state: 'read-only' }, 'post-message'));
    assert.ok(rights.mayIn({ role: 'owner', kind: 'public', state: 'read-only' }, 'post-message'));
    assert.ok(!rights.mayIn({ role: 'outside', kind: 'public', state: 'open' }, 'post-message'));
    assert.ok(!rights.mayIn({ role: 'member', kind: 'public', state: 'open' }, 'leave-room'));
  });

  test('comes over the border whole, or not at all', () => {
    const table = { workspace: ['invite', 'fly'], room: { 'post-message': ['member/public/open'], fly: [] } };
    assert.deepEqual(abilities(table, 'abilities'), table);
    assert.throws(() => abilities({ workspace: [], room: { 'post-message': 'all' } }, 'abilities'), {
      message: /abilities\.room\.post-message/,
    });
  });

  test('in a room follows the role there and whether it is read-only', () => {
    const { chat, room, feed } = setUp();
    assert.ok(chat.mayIn(room, 'post-message'));
    feed.onData('room:7', 4, { kind: 'room-changed', room: { ...entry(7), state: 'read-only' } });
    assert.ok(!chat.mayIn(room, 'post-message'));
    feed.onData('user:1', 1, {
      kind: 'room-role-changed',
      room: { ...entry(7), state: 'read-only', role: 'owner' },
    });
    assert.ok(chat.mayIn(room, 'post-message'));
    assert.ok(chat.mayOutside(entry(9), 'join-room'));
    assert.ok(!chat.mayOutside(entry(9, { kind: 'private' }), 'join-room'));
  });

  test('about a member of a room depends on what they are in it', async () => {
    const { chat, room, feed } = setUp();
    assert.deepEqual(givableRoomRoles(chat, room, member('member')), []);
    feed.onData('user:1', 1, { kind: 'room-role-changed', room: { ...entry(7), role: 'owner' } });
    assert.deepEqual(givableRoomRoles(chat, room, member('moderator')), ['owner', 'member']);
    assert.ok(mayActOn(chat, room, member('moderator'), 'remove-member'));
    assert.ok(!mayActOn(chat, room, member('owner', ana), 'remove-member'), 'leaving is another matter');
    assert.ok(!mayActOn(chat, room, member('member'), 'restrain-member'), 'a right of its own');
    feed.onData('user:1', 2, { kind: 'room-role-changed', room: { ...entry(7), role: 'moderator' } });
    assert.ok(mayActOn(chat, room, member('member'), 'remove-member'));
    assert.ok(!mayActOn(chat, room, member('owner'), 'remove-member'));
    feed.onData('workspace', 1, { kind: 'user-changed', user: { ...bo, role: 'admin' } });
    assert.ok(!mayActOn(chat, room, member('member'), 'remove-member'), 'an admin keeps order, too');
  });

  test('about people depends on what they are and shall become', async () => {
    const { api, chat, rooms } = setUp();
    assert.deepEqual(givableRoles(chat, 'guest'), ['owner', 'admin', 'member', 'guest']);
    const admins = { workspace: ['see-directory', 'manage-members'], room: {} };
    api.overview = async () => overview(rooms, { abilities: admins });
    await chat.refresh();
    assert.deepEqual(givableRoles(chat, 'guest'), ['member', 'guest']);
    assert.deepEqual(givableRoles(chat, 'admin'), []);
    assert.ok(!mayManage(chat, 'owner'));
  });
});

describe('a change of what I may do', () => {
  /** The next overview is that of a guest. */
  function setUpDemoted() {
    const world = setUp();
    const { api, chat, feed, rooms } = world;
    const me = { ...ana, role: 'guest' as const };
    api.overview = async () => overview(rooms, { me, abilities: guestsAbilities, users: [me, bo] });
    const demote = async () => {
      feed.onData('user:1', 1, { kind: 'me-changed', user: me });
      await settled();
    };
    return { ...world, me, demote, chat };
  }

  test('is asked for when the server says that I am another', async () => {
    const { chat, demote } = setUpDemoted();
    assert.ok(chat.may('invite'));
    await demote();
    assert.ok(!chat.may('invite'));
    assert.equal(chat.me.role, 'guest');
    assert.equal(chat.people.all.value.has(3), false);
  });

  test('does not make a guest ask for the workspace again and again', async () => {
    const { api, chat, feed, cursors, demote } = setUpDemoted();
    await demote();
    let asked = 0;
    const before = api.overview;
    api.overview = () => {
      asked++;
      return before();
    };
    delete cursors.workspace;
    feed.onUnsubscribed('workspace', 'denied');
    await settled();
    assert.equal(asked, 0);
    await chat.refresh();
    assert.equal('workspace' in cursors, false);
  });

  test('lets a guest who has become a member follow the workspace', async () => {
    const { api, chat, feed, cursors, demote, rooms, me } = setUpDemoted();
    await demote();
    feed.onUnsubscribed('workspace', 'removed');
    delete cursors.workspace;
    api.overview = async () => overview(rooms);
    feed.onData('user:1', 2, { kind: 'me-changed', user: { ...me, role: 'member' } });
    await settled();
    assert.deepEqual(cursors.workspace, [1, 0]);
    chat.stop();
  });

  test('is asked for once more when an overview was under way already', async () => {
    const { api, chat, feed, rooms, me } = setUpDemoted();
    let answer = () => {};
    api.overview = () =>
      new Promise((resolve) => {
        answer = () => resolve(overview(rooms));
      });
    void chat.refresh();
    feed.onData('user:1', 1, { kind: 'me-changed', user: me });
    answer();
    api.overview = async () => overview(rooms, { me, abilities: guestsAbilities });
    await settled();
    assert.ok(!chat.may('invite'));
  });
});
