import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import * as routes from '../../api/routes';
import type { Chat } from '../../model/chat';
import { publicRooms } from '../../model/directory';
import { switcherTexts as t } from '../../texts/switcher';
import { useDerived } from '../../view/derived';
import { Icon } from '../../view/icons';
import { useChat } from '../context';
import { AvatarWithDot, StatusEmoji } from '../presence';
import { RoomSign } from '../room-title';
import { type Destination, destinations } from './destinations';
import { PickOption } from './pick-option';

/** Finds a room or a person by a few letters of the name: arrows move, Enter picks. */
export function DestinationFinder({
  label,
  remark,
  fits,
  onPick,
  onKey = () => false,
}: {
  /** Of the field. */
  label: string;
  /** What stands between the field and what was found. */
  remark: (query: string, found: number) => string;
  /** What is looked through; all of them when left out. */
  fits?: (one: Destination) => boolean;
  onPick: (one: Destination) => void;
  /** Takes a key that means something else; says whether it did. */
  onKey?: (event: KeyboardEvent) => boolean;
}) {
  const chat = useChat();
  const query = useSignal('');
  const active = useSignal(0);
  const more = usePublicRooms(chat, query);
  const found = useDerived(() => destinations(chat, query.value, more.value, fits), [chat]);
  const field = useRef<HTMLInputElement>(null);
  // It may come into a dialog that is open already.
  useEffect(() => field.current?.focus(), []);
  const at = Math.min(active.value, found.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const wanted = found[at];
    if (event.key === 'ArrowDown') active.value = (at + 1) % Math.max(1, found.length);
    else if (event.key === 'ArrowUp') active.value = (at + found.length - 1) % Math.max(1, found.length);
    else if (event.key === 'Enter') {
      if (wanted) onPick(wanted);
    } else if (!onKey(event)) return;
    event.preventDefault();
  };
  return (
    <div class="picker">
      <input
        ref={field}
        type="text"
        class="input"
        role="combobox"
        aria-label={label}
        aria-expanded={found.length > 0}
        aria-controls="switcher-found"
        aria-activedescendant={found[at] && `switcher-${keyOf(found[at])}`}
        aria-autocomplete="list"
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        autofocus
        data-testid="switcher-search"
        onInput={(event) => {
          query.value = event.currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <p class="hint" role="status">
        {remark(query.value, found.length)}
      </p>
      <div id="switcher-found" class="pick-list" role="listbox" aria-label={t.found}>
        {found.map((one, i) => (
          <Option key={keyOf(one)} one={one} active={i === at} onPick={() => onPick(one)} />
        ))}
      </div>
    </div>
  );
}

/** The public rooms, once something is typed. Without them the rest is found all the same. */
function usePublicRooms(chat: Chat, query: Signal<string>) {
  const rooms = useSignal<Awaited<ReturnType<typeof publicRooms>>>([]);
  const wanted = query.value !== '' && chat.may('see-directory');
  useEffect(() => {
    if (!wanted) return;
    publicRooms(routes.directory).then(
      (all) => {
        rooms.value = all;
      },
      () => {},
    );
  }, [wanted]);
  return rooms;
}

/** The id of the room that it leads to. With somebody with whom there is none yet, one begins. */
export async function roomIdOf(chat: Chat, wanted: Destination): Promise<number> {
  if (wanted.kind !== 'person') return wanted.room.id;
  const entry = await routes.openDirect([wanted.user.id]);
  chat.add(entry);
  return entry.id;
}

function keyOf(one: Destination): string {
  return `${one.kind}-${one.kind === 'person' ? one.user.id : one.room.id}`;
}

function Option({ one, active, onPick }: { one: Destination; active: boolean; onPick: () => void }) {
  return (
    <PickOption
      id={`switcher-${keyOf(one)}`}
      active={active}
      onPick={onPick}
      sign={<DestinationSign one={one} />}
      name={one.title}
      about={<About one={one} />}
      bold={one.kind === 'room' && one.room.weight.value.bold}
      data-testid="destination"
      data-kind={one.kind}
    >
      {one.kind === 'room' && <Unread one={one} />}
    </PickOption>
  );
}

export function DestinationSign({ one }: { one: Destination }) {
  const { people } = useChat();
  if (one.kind === 'person') return <AvatarWithDot id={one.user.id} name={one.title} size="small" />;
  if (one.kind === 'public') return <Icon name="hash" />;
  return (
    <span class="room-sign">
      <RoomSign room={one.room} people={people} />
    </span>
  );
}

function About({ one }: { one: Destination }) {
  const { me } = useChat();
  if (one.kind === 'public') return <span class="hint">{t.notJoined}</span>;
  if (one.kind === 'room') return null;
  return (
    <span class="hint">
      @{one.user.username}
      {one.user.id === me.id && ` · ${t.you}`} <StatusEmoji id={one.user.id} />
    </span>
  );
}

function Unread({ one: { room } }: { one: Extract<Destination, { kind: 'room' }> }) {
  const { badge, bold } = room.weight.value;
  if (badge === 0) return bold ? <span class="visually-hidden">{t.unread(room.unread.value)}</span> : null;
  return (
    <span class="badge">
      <span aria-hidden="true">{badge > 999 ? '999+' : badge}</span>
      <span class="visually-hidden">{t.unread(badge)}</span>
    </span>
  );
}
