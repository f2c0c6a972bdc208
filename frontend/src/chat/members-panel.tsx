import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useRef } from 'preact/hooks';
import type { Room } from '../model/room';
import { ranks } from '../model/shortcuts';
import { texts } from '../texts';
import { Button, IconButton } from '../view/button';
import { Icon } from '../view/icons';
import { narrow } from '../view/media';
import { useChat } from './context';
import { focusComposer } from './focus';
import { LargeRoom } from './members-large';
import { SmallRoom } from './members-small';
import { useShortcut } from './shortcuts';
import { dialog, showMembers } from './ui';

const t = texts.members;

/** From so many members on there is a field to find one. */
const MANY = 12;

/** Who is in the room, and who of them is here. */
export function MembersPanel({ room }: { room: Room }) {
  const chat = useChat();
  const search = useSignal('');
  const { large, total } = room.roster;
  // Decided once: a room that grows while somebody looks must not become another list under their hands.
  const paged = useRef<boolean | null>(null);
  if (total.value !== null) paged.current ??= large.value;
  const back = useCallback(() => {
    if (search.peek() === '') close();
    else search.value = '';
  }, []);
  useShortcut('back', back, ranks.panel);
  const findable = room.kind !== 'direct' && (total.value ?? 0) > MANY;
  return (
    <aside class="panel" aria-label={t.title} data-testid="members">
      <header class="panel-header">
        <h2>{t.title}</h2>
        <IconButton
          icon="close"
          label={texts.close}
          autofocus={narrow.peek()}
          data-testid="close-members"
          onClick={close}
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
      {findable && <Search search={search} />}
      {paged.current ? <LargeRoom room={room} search={search} /> : <SmallRoom room={room} search={search} />}
    </aside>
  );
}

function Search({ search }: { search: Signal<string> }) {
  return (
    <input
      type="search"
      class="input panel-search"
      aria-label={t.filter.search}
      placeholder={t.filter.search}
      autocomplete="off"
      data-testid="members-search"
      value={search.value}
      onInput={(event) => {
        search.value = event.currentTarget.value;
      }}
    />
  );
}

function close(): void {
  showMembers(false);
  focusComposer();
}
