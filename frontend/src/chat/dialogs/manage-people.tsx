import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as admin from '../../api/admin';
import type { Person } from '../../api/records';
import type { People } from '../../model/people';
import { Paged } from '../../model/paged';
import { manageTexts, rolesTexts } from '../../texts/admin';
import { peopleTexts } from '../../texts/dialogs';
import { Dialog } from '../../view/dialog';
import { LoadFailed, type Loading, MoreButton, useLoading } from '../../view/loading';
import { matches } from '../../view/match';
import { touch } from '../../view/media';
import { useChat } from '../context';
import { AvatarWithDot } from '../presence';
import { ManagePerson } from './manage-person';

const t = manageTexts;

/** Everybody, for those who look after people: a list, and behind each entry the person. */
export function ManagePeopleDialog({ onClose }: { onClose: () => void }) {
  const { people } = useChat();
  const [list] = useState(() => new Paged(admin.users, (person) => person.id));
  const loading = useLoading(() => list.refresh());
  const query = useSignal('');
  const chosen = useSignal<number | null>(null);
  const all = list.items.value?.map((person) => current(person, people));
  const person = all?.find((one) => one.id === chosen.value);
  const back = () => {
    chosen.value = null;
  };
  if (person) {
    return (
      <Dialog
        key="dialog"
        title={person.display_name}
        testid="manage-people-dialog"
        back={{ label: t.back, run: back }}
        onClose={onClose}
      >
        <ManagePerson
          key={person.id}
          person={person}
          onChanged={(user) => {
            people.put(user);
            list.change((items) => items.map((one) => (one.id === user.id ? { ...one, ...user } : one)));
          }}
        />
      </Dialog>
    );
  }
  return (
    <Dialog key="dialog" title={t.title} testid="manage-people-dialog" onClose={onClose}>
      <PersonList
        all={all}
        list={list}
        loading={loading}
        query={query}
        onPick={(id) => {
          chosen.value = id;
        }}
      />
    </Dialog>
  );
}

function PersonList({
  all,
  list,
  loading,
  query,
  onPick,
}: {
  all: readonly Person[] | undefined;
  list: Paged<Person>;
  loading: Loading;
  query: Signal<string>;
  onPick: (id: number) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!touch.peek()) field.current?.focus();
  }, []);
  const shown = all?.filter((one) => matches(query.value, one.display_name, one.username, one.email));
  return (
    <div class="dialog-body">
      <input
        ref={field}
        type="search"
        class="input"
        aria-label={t.search}
        placeholder={t.search}
        autocomplete="off"
        data-testid="manage-search"
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
      <LoadFailed loading={loading} text={t.failed} />
      <p role="status" class="hint">
        {all && shown && remark(all.length, shown.length, list.more.value && query.value !== '')}
      </p>
      <div class="pick-list">
        <ul data-testid="managed-people">
          {shown?.map((one) => (
            <PersonRow key={one.id} person={one} onPick={() => onPick(one.id)} />
          ))}
        </ul>
        <MoreButton more={list.more} load={() => list.advance()} testid="more-people" />
      </div>
    </div>
  );
}

/** News of a person come to the chat, not to the list. */
function current(person: Person, people: People): Person {
  const { email, last_seen_at } = person;
  return { ...person, ...people.all.value.get(person.id), email, last_seen_at };
}

function remark(all: number, shown: number, partly: boolean): string {
  if (partly) return t.partly(all);
  return shown > 0 ? '' : t.noMatch;
}

function PersonRow({ person, onPick }: { person: Person; onPick: () => void }) {
  const { me } = useChat();
  const words = [rolesTexts[person.role]];
  if (person.deactivated) words.unshift(t.deactivated);
  if (person.id === me.id) words.unshift(peopleTexts.you);
  return (
    <li>
      <button
        type="button"
        class="person person-button"
        data-testid="managed-person"
        data-user={person.id}
        data-deactivated={person.deactivated}
        title={t.open(person.display_name)}
        onClick={onPick}
      >
        <AvatarWithDot id={person.id} name={person.display_name} size="small" />
        <span class="person-names">
          <span class="pick-name" dir="auto">
            {person.display_name}
          </span>
          <span class="hint" data-testid="username">
            @{person.username}
          </span>
        </span>
        <span class="tag" data-look={person.deactivated ? 'off' : undefined}>
          {words.join(' · ')}
        </span>
      </button>
    </li>
  );
}
