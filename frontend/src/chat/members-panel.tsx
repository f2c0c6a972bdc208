import { useComputed, useSignal } from '@preact/signals';
import type { Member } from '../api/records';
import type { People } from '../model/people';
import type { Room } from '../model/room';
import { count } from '../model/format';
import { texts } from '../texts';
import { Button, IconButton } from '../view/button';
import { Icon } from '../view/icons';
import { MoreButton } from '../view/loading';
import { narrow } from '../view/media';
import { useChat } from './context';
import { focusComposer } from './focus';
import { MemberRow } from './member-row';
import { dialog, showMembers } from './ui';

const t = texts.members;

/** Who is in the room, and who of them is here. */
export function MembersPanel({ room }: { room: Room }) {
  const chat = useChat();
  const { people } = chat;
  const held = useSignal<Held | null>(null);
  const groups = useComputed(() => grouped(entriesOf(room, people), people, held.value));
  const [online, offline] = groups.value;
  const partly = room.roster.more.value;
  return (
    <aside
      class="panel"
      aria-label={t.title}
      data-testid="members"
      onFocusIn={({ target }) => {
        const id = memberAt(target);
        if (id !== held.peek()?.id) held.value = id === null ? null : { id, here: isHere(id, people) };
      }}
      onFocusOut={({ relatedTarget }) => {
        if (memberAt(relatedTarget) !== held.peek()?.id) held.value = null;
      }}
    >
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
      {chat.mayIn(room, 'add-member') && (
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
      {partly && <p class="hint panel-hint">{t.partly(online.length + offline.length)}</p>}
      <Group
        title={partly ? t.onlineSoFar : t.online(online.length)}
        entries={online}
        room={room}
        testid="members-online"
      />
      <Group
        title={partly ? t.offlineSoFar : t.offline(offline.length)}
        entries={offline}
        room={room}
        testid="members-offline"
      />
      <MoreButton more={room.roster.more} load={() => room.roster.advance()} testid="more-members" />
    </aside>
  );
}

function entriesOf(room: Room, people: People): readonly Member[] {
  if (room.kind !== 'direct') return room.roster.members.value ?? [];
  const users = room.directIds.map((id) => people.all.value.get(id)).filter((user) => user !== undefined);
  return users.map((user) => ({ ...user, room_role: 'member' }));
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base' });

/**
 * The member whose row has the focus, and the group that it was in then. It stays there: in the other group the row would
 * be made anew, without the focus and the open menu.
 */
interface Held {
  readonly id: number;
  readonly here: boolean;
}

/** The member in whose row a part of the page is. */
function memberAt(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest('.member-line') : null;
  const user = row?.querySelector<HTMLElement>('[data-user]')?.dataset.user;
  return user ? Number(user) : null;
}

const isHere = (id: number, people: People) => id === people.me.id || people.online(id);

function grouped(
  entries: readonly Member[],
  people: People,
  held: Held | null,
): readonly [readonly Member[], readonly Member[]] {
  const sorted = [...entries].sort((a, b) => collator.compare(a.display_name, b.display_name));
  const here = ({ id }: Member) => (id === held?.id ? held.here : isHere(id, people));
  return [sorted.filter(here), sorted.filter((entry) => !here(entry))];
}

function Group({
  title,
  entries,
  room,
  testid,
}: {
  title: string;
  entries: readonly Member[];
  room: Room;
  testid: string;
}) {
  if (entries.length === 0) return null;
  return (
    <section class="panel-section">
      <h3>{title}</h3>
      <ul class="member-list" data-testid={testid}>
        {entries.map((entry) => (
          <MemberRow key={entry.id} entry={entry} room={room} />
        ))}
      </ul>
    </section>
  );
}

/** How many members are known of; with a plus when there are more. */
export function memberCount(room: Room): string {
  if (room.kind === 'direct') return count(room.directIds.length);
  const members = room.roster.members.value;
  if (!members) return '';
  return room.roster.more.value ? `${count(members.length)}+` : count(members.length);
}
