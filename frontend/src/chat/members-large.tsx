import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Member } from '../api/records';
import { count } from '../model/format';
import { rowsAsBefore, type Staying } from '../model/member-groups';
import type { Paged } from '../model/paged';
import type { Room } from '../model/room';
import type { Wanted } from '../model/roster';
import { keepFresh } from '../model/roster-fresh';
import { texts } from '../texts';
import { LoadFailed, MoreButton } from '../view/loading';
import { useHeld } from './held';
import { MemberRow } from './member-row';

const t = texts.members;

/** The server lists those who are here, or everybody, page by page. Rows stay where they are while people come and go. */
export function LargeRoom({ room, search }: { room: Room; search: ReadonlySignal<string> }) {
  const { roster } = room;
  const onlyHere = useSignal(true);
  const { staying, around, onMenu } = useHeld<HTMLUListElement>();
  const wanted = { here: onlyHere.value, search: search.value.trim() };
  const { list, failed, again } = useLook(room, wanted, staying);
  const before = useRef<Rows>({ list: null, rows: [] });
  const rows = list?.items.value ?? [];
  // Another list is another matter.
  const same = before.current.list === list;
  const entries = same ? rowsAsBefore(rows, before.current.rows, staying.value) : rows;
  before.current = { list, rows: entries };
  const searched = search.value.trim() !== '';
  return (
    <>
      <Filter room={room} onlyHere={onlyHere} />
      <p class="hint panel-hint" role="status" data-testid="members-found">
        {list && entries.length === 0 && (searched ? t.filter.noMatch : t.filter.nobodyHere)}
        {list && searched && entries.length > 0 && t.filter.found(entries.length, list.more.value)}
      </p>
      <LoadFailed loading={{ failed, again }} text={t.failed} />
      <ul
        ref={around}
        class="member-list"
        data-testid="members-list"
        data-total={roster.total.value ?? undefined}
      >
        {entries.map((entry) => (
          <MemberRow key={entry.id} entry={entry} room={room} onMenu={onMenu} />
        ))}
      </ul>
      {list && <MoreButton more={list.more} load={() => list.advance()} testid="more-members" />}
    </>
  );
}

/** The rows that a list showed last. */
interface Rows {
  readonly list: Paged<Member> | null;
  readonly rows: readonly Member[];
}

/** Milliseconds after the last letter until the server is asked. */
const CALM = 250;

/**
 * A list of the members that are wanted. What is there stays until the next one has come. Those who are here are asked for
 * again as people come and go.
 */
function useLook(room: Room, { here, search }: Wanted, staying: ReadonlySignal<Staying>) {
  const { roster } = room;
  const shown = useSignal<Paged<Member> | null>(null);
  const failed = useSignal(false);
  const tries = useSignal(0);
  useEffect(() => {
    const list = roster.look({ here, search });
    let over = false;
    let stop: (() => void) | undefined;
    const load = () => {
      failed.value = false;
      list.refresh().then(
        () => {
          if (over) return;
          shown.value = list;
          if (here) stop = keepFresh(list, roster.turns, () => staying.value === 'all');
        },
        () => {
          failed.value = !over;
        },
      );
    };
    const timer = setTimeout(load, shown.peek() && search !== '' ? CALM : 0);
    return () => {
      over = true;
      clearTimeout(timer);
      stop?.();
      roster.release(list);
    };
  }, [roster, here, search, tries.value]);
  const again = () => {
    tries.value++;
  };
  return { list: shown.value, failed, again };
}

function Filter({ room, onlyHere }: { room: Room; onlyHere: Signal<boolean> }) {
  const { here, total } = room.roster;
  const number = (n: number | null) => (n === null ? '' : count(n));
  return (
    <fieldset class="segments" data-testid="members-filter">
      <legend class="visually-hidden">{t.filter.label}</legend>
      {[true, false].map((one) => (
        <label key={String(one)} class="segment">
          <input
            type="radio"
            class="visually-hidden"
            name="members-filter"
            value={one ? 'here' : 'all'}
            checked={onlyHere.value === one}
            onChange={() => {
              onlyHere.value = one;
            }}
          />
          <span>{one ? t.filter.here(number(here.value)) : t.filter.all(number(total.value))}</span>
        </label>
      ))}
    </fieldset>
  );
}
