import { type Signal, useComputed, useSignal } from '@preact/signals';
import { invitesTexts } from '../../texts/admin';
import { Icon } from '../../view/icons';
import { matches } from '../../view/match';
import { useChat } from '../context';

const t = invitesTexts;

/** From here on there is a field to find a room. */
const MANY = 8;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Picks rooms from those that I may add people to. */
export function RoomChecks({
  picked,
  missing,
  legend = t.rooms,
}: {
  picked: Signal<ReadonlySet<number>>;
  /** None is picked, and one is needed. */
  missing: Signal<boolean>;
  legend?: string;
}) {
  const chat = useChat();
  const query = useSignal('');
  const rooms = useComputed(() =>
    [...chat.rooms.value.values()]
      .filter((room) => room.kind !== 'direct' && chat.mayIn(room, 'add-member'))
      .sort((a, b) => collator.compare(a.name.value, b.name.value)),
  );
  const found = rooms.value.filter((room) => matches(query.value, room.name.value));
  const toggle = (id: number, on: boolean) => {
    const next = new Set(picked.value);
    if (on) next.add(id);
    else next.delete(id);
    picked.value = next;
    missing.value = false;
  };
  return (
    <fieldset class="choices" aria-describedby={missing.value ? 'rooms-problem' : undefined}>
      <legend class="label">{legend}</legend>
      {rooms.value.length > MANY && (
        <input
          type="search"
          class="input"
          aria-label={t.findRoom}
          placeholder={t.findRoom}
          autocomplete="off"
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
      )}
      {rooms.value.length === 0 && <p class="hint">{t.noRooms}</p>}
      {rooms.value.length > 0 && found.length === 0 && <p class="hint">{t.noMatch}</p>}
      <div class="check-list" data-testid="guest-rooms">
        {found.map((room) => (
          <label key={room.id} class="choice choice-line">
            <input
              type="checkbox"
              checked={picked.value.has(room.id)}
              data-testid="guest-room"
              data-room={room.id}
              onChange={(event) => toggle(room.id, event.currentTarget.checked)}
            />
            <Icon name={room.kind === 'private' ? 'lock' : 'hash'} />
            <span class="pick-name" dir="auto">
              {room.name.value}
            </span>
          </label>
        ))}
      </div>
      <div role="alert">
        {missing.value && (
          <p id="rooms-problem" class="field-problem">
            {t.chooseRoom}
          </p>
        )}
      </div>
    </fieldset>
  );
}
