import { useComputed } from '@preact/signals';
import type { RoomRole, User } from '../api/records';
import * as routes from '../api/routes';
import type { People } from '../model/people';
import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Avatar, PresenceDot } from '../view/avatar';
import { Button, IconButton } from '../view/button';
import { sentence } from '../view/form';
import { Icon } from '../view/icons';
import { narrow } from '../view/media';
import { useChat } from './context';
import { focusComposer } from './focus';
import { dialog, showMembers } from './ui';

const t = texts.members;

interface Entry extends User {
  readonly room_role: RoomRole;
}

/** Who is in the room, and who of them is here. */
export function MembersPanel({ room }: { room: Room }) {
  const { people } = useChat();
  const groups = useComputed(() => grouped(entriesOf(room, people), people));
  const [online, offline] = groups.value;
  return (
    <aside class="panel" aria-label={t.title} data-testid="members">
      <header class="panel-header">
        <h2>{t.title}</h2>
        <IconButton
          icon="close"
          label={texts.close}
          autofocus={narrow.peek()}
          data-testid="close-members"
          onClick={() => {
            showMembers(false);
            focusComposer();
          }}
        />
      </header>
      {room.kind === 'private' && (
        <Button
          data-testid="add-people"
          onClick={() => {
            dialog.value = { name: 'add-people', room };
          }}
        >
          <Icon name="addPerson" />
          {t.add}
        </Button>
      )}
      <Group title={t.online(online.length)} entries={online} testid="members-online" />
      <Group title={t.offline(offline.length)} entries={offline} testid="members-offline" />
    </aside>
  );
}

function entriesOf(room: Room, people: People): readonly Entry[] {
  if (room.kind !== 'direct') return room.members.value ?? [];
  const users = room.directIds.map((id) => people.all.value.get(id)).filter((user) => user !== undefined);
  return users.map((user) => ({ ...user, room_role: 'member' }));
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base' });

function grouped(entries: readonly Entry[], people: People): readonly [readonly Entry[], readonly Entry[]] {
  const sorted = [...entries].sort((a, b) => collator.compare(a.display_name, b.display_name));
  const here = (entry: Entry) => entry.id === people.me.id || people.online(entry.id);
  return [sorted.filter(here), sorted.filter((entry) => !here(entry))];
}

function Group({ title, entries, testid }: { title: string; entries: readonly Entry[]; testid: string }) {
  if (entries.length === 0) return null;
  return (
    <section class="panel-section">
      <h3>{title}</h3>
      <ul class="member-list" data-testid={testid}>
        {entries.map((entry) => (
          <MemberRow key={entry.id} entry={entry} />
        ))}
      </ul>
    </section>
  );
}

function MemberRow({ entry }: { entry: Entry }) {
  const chat = useChat();
  const { me, people } = chat;
  const name = people.name(entry.id) || entry.display_name;
  const write = () => {
    if (narrow.peek()) showMembers(false);
    routes.openDirect(entry.id === me.id ? [] : [entry.id]).then(
      (room) => navigate(roomPath(chat.add(room).id)),
      (error: unknown) => toast(sentence(error), { bad: true }),
    );
  };
  return (
    <li>
      <button
        type="button"
        class="member"
        title={t.message(name)}
        data-testid="member"
        data-user={entry.id}
        onClick={write}
      >
        <span class="avatar-with-presence">
          <Avatar id={entry.id} name={name} size="small" />
          {entry.id === me.id ? (
            <span class="presence" data-online="true" />
          ) : (
            <PresenceDot people={people} id={entry.id} />
          )}
        </span>
        <span class="member-name" dir="auto">
          {name}
        </span>
        <span class="member-note">{note(entry, me.id)}</span>
      </button>
    </li>
  );
}

function note(entry: Entry, me: number): string {
  const words: string[] = [];
  if (entry.id === me) words.push(texts.sidebar.you);
  if (entry.role !== 'member') words.push(t[entry.role]);
  else if (entry.room_role === 'owner') words.push(t.roomOwner);
  return words.join(' · ');
}
