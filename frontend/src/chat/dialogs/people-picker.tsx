import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { User } from '../../api/records';
import { peopleTexts } from '../../texts/dialogs';
import { Icon } from '../../view/icons';
import { matches } from '../../view/match';
import { useChat } from '../context';
import { AvatarWithDot, StatusEmoji } from '../presence';
import { PickOption } from './pick-option';

const t = peopleTexts;

/** Shown at once; typing narrows it down. */
const SHOWN = 50;

/** Picks people from a list by typing: arrows move, Enter picks, Backspace in the empty field takes the last one off. */
export function PeoplePicker({
  candidates,
  picked,
  most,
}: {
  candidates: readonly User[];
  picked: Signal<readonly User[]>;
  most: number;
}) {
  const query = useSignal('');
  const active = useSignal(0);
  const field = useRef<HTMLInputElement>(null);
  const rest = candidates.filter((user) => !picked.value.includes(user));
  const found = rest.filter((user) => matches(query.value, user.display_name, user.username)).slice(0, SHOWN);
  const full = picked.value.length >= most;
  const at = Math.min(active.value, found.length - 1);

  const pick = (user: User | undefined) => {
    if (!user || full) return;
    picked.value = [...picked.value, user];
    query.value = '';
    active.value = 0;
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') active.value = Math.min(at + 1, found.length - 1);
    else if (event.key === 'ArrowUp') active.value = Math.max(at - 1, 0);
    else if (event.key === 'Enter' && (query.value !== '' || picked.value.length === 0)) pick(found[at]);
    else if (event.key === 'Backspace' && query.value === '') picked.value = picked.value.slice(0, -1);
    else return;
    if (event.key !== 'Backspace') event.preventDefault();
  };

  return (
    <div class="picker">
      {picked.value.length > 0 && <Picked picked={picked} />}
      <input
        ref={field}
        class="input"
        role="combobox"
        aria-label={t.search}
        aria-expanded={found.length > 0}
        aria-controls="people-found"
        aria-activedescendant={found[at] ? `person-${found[at].id}` : undefined}
        aria-autocomplete="list"
        placeholder={t.search}
        autocomplete="off"
        autofocus
        data-testid="people-search"
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <p class="hint" role="status">
        {full ? t.most(most) : emptyText(candidates.length, found.length)}
      </p>
      <div id="people-found" class="pick-list" role="listbox" aria-label={t.search}>
        {found.map((user, i) => (
          <Person key={user.id} user={user} active={i === at} onPick={() => pick(user)} />
        ))}
      </div>
    </div>
  );
}

function emptyText(all: number, found: number): string {
  if (found > 0) return '';
  return all === 0 ? t.nobody : t.noMatch;
}

function Picked({ picked }: { picked: Signal<readonly User[]> }) {
  return (
    <ul class="chips" data-testid="picked">
      {picked.value.map((user) => (
        <li key={user.id}>
          <button
            type="button"
            class="chip"
            aria-label={t.remove(user.display_name)}
            onClick={() => {
              picked.value = picked.value.filter((one) => one !== user);
            }}
          >
            <span dir="auto">{user.display_name}</span>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Person({ user, active, onPick }: { user: User; active: boolean; onPick: () => void }) {
  const { me } = useChat();
  return (
    <PickOption
      id={`person-${user.id}`}
      active={active}
      onPick={onPick}
      sign={<AvatarWithDot id={user.id} name={user.display_name} size="small" />}
      name={
        <>
          {user.display_name} <StatusEmoji id={user.id} />
        </>
      }
      about={
        <span class="hint" data-testid="username">
          @{user.username}
          {user.id === me.id && ` · ${t.you}`}
        </span>
      }
      data-testid="person"
      data-user={user.id}
    />
  );
}
