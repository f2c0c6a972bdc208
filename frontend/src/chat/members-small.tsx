import { type ReadonlySignal, useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Member } from '../api/records';
import { asBefore, type Groups, grouped } from '../model/member-groups';
import type { People } from '../model/people';
import type { Room } from '../model/room';
import { memberOf } from '../model/roster';
import { texts } from '../texts';
import { matches } from '../view/match';
import { useChat } from './context';
import { useHeld } from './held';
import { MemberRow } from './member-row';

const t = texts.members;

/** The members of a small room, of all of whom the presence is known: those who are here stand above the others. */
export function SmallRoom({ room, search }: { room: Room; search: ReadonlySignal<string> }) {
  const { people } = useChat();
  const { staying, around, onMenu } = useHeld<HTMLDivElement>();
  const before = useRef<Groups>([[], []]);
  const groups = useComputed(() => {
    const found = entriesOf(room, people).filter((one) =>
      matches(search.value, one.display_name, one.username),
    );
    // I am here: I look at it.
    const now = grouped(found, (id) => id === people.me.id || people.online(id));
    before.current = asBefore(now, before.current, staying.value);
    return { now, shown: before.current };
  });
  const { now, shown } = groups.value;
  const [here, offline] = shown;
  const nobody = search.value.trim() !== '' && here.length + offline.length === 0;
  return (
    <div ref={around} class="member-groups">
      <Group
        title={t.here(now[0].length)}
        entries={here}
        room={room}
        testid="members-online"
        onMenu={onMenu}
      />
      <Group
        title={t.offline(now[1].length)}
        entries={offline}
        room={room}
        testid="members-offline"
        onMenu={onMenu}
      />
      <p class="hint panel-hint" role="status">
        {nobody ? t.filter.noMatch : ''}
      </p>
    </div>
  );
}

function entriesOf(room: Room, people: People): readonly Member[] {
  if (room.kind !== 'direct') return room.roster.members.value ?? [];
  const users = room.directIds.map((id) => people.all.value.get(id)).filter((user) => user !== undefined);
  return users.map(memberOf);
}

function Group({
  title,
  entries,
  room,
  testid,
  onMenu,
}: {
  title: string;
  entries: readonly Member[];
  room: Room;
  testid: string;
  onMenu: (open: boolean) => void;
}) {
  if (entries.length === 0) return null;
  return (
    <section class="panel-section">
      <h3>{title}</h3>
      <ul class="member-list" data-testid={testid}>
        {entries.map((entry) => (
          <MemberRow key={entry.id} entry={entry} room={room} onMenu={onMenu} />
        ))}
      </ul>
    </section>
  );
}
