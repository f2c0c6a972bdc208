import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Pin, pins as loadPins } from '../api/message-acts';
import { isolate, moment } from '../model/format';
import { Pins } from '../model/pins';
import type { Room } from '../model/room';
import { ranks } from '../model/shortcuts';
import { texts } from '../texts';
import { pinsTexts as t } from '../texts/pins';
import { Button, IconButton } from '../view/button';
import { Icon } from '../view/icons';
import { narrow } from '../view/media';
import { useBodyPresses } from './body-press';
import { useChat } from './context';
import { focusComposer } from './focus';
import { jumpTo } from './jump';
import { KeptMessage, useFocusInList } from './kept-message';
import { pin } from './message-keeping';
import { useShortcut } from './shortcuts';
import { showPins } from './ui';

/** What is pinned in the room, beside its timeline. */
export function PinsPanel({ room }: { room: Room }) {
  const chat = useChat();
  const panel = useRef<HTMLElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const pins = useMemo(
    () =>
      new Pins(room, {
        load: loadPins,
        listen: (listener) => chat.listen(listener),
        connection: chat.connection,
      }),
    [room],
  );
  useEffect(() => {
    void pins.refresh();
    panel.current?.querySelector<HTMLElement>('[data-testid="close-pins"]')?.focus();
    return () => pins.stop();
  }, [pins]);
  useShortcut('back', close, ranks.panel);
  useBodyPresses(panel);
  const all = pins.list.value;
  const failed = pins.failed.value;
  useFocusInList(list, all, () => panel.current?.querySelector('[data-testid="close-pins"]') ?? null);
  const may = chat.mayIn(room, 'pin-message');
  return (
    <aside ref={panel} class="panel" aria-label={t.title} data-testid="pins">
      <header class="panel-header">
        <h2>
          {t.title}
          {all !== null && all.length > 0 && <span class="kept-count">{t.number(all.length)}</span>}
        </h2>
        <IconButton icon="close" label={t.close} data-testid="close-pins" onClick={close} />
      </header>
      {failed && (
        <div class="kept-failed" role="alert">
          <p>{all === null ? t.failed : t.failedLater}</p>
          <Button onClick={() => void pins.refresh()}>{texts.retry}</Button>
        </div>
      )}
      {all?.length === 0 && (
        <div class="blank-slate" data-testid="no-pins">
          <Icon name="pin" />
          <h3>{t.none}</h3>
          <p>{may ? t.noneMay : t.noneAbout}</p>
        </div>
      )}
      <ol ref={list} class="kept-list" aria-busy={all === null && !failed}>
        {all?.map((one) => (
          <Entry key={one.message.number} room={room} one={one} may={may} />
        ))}
      </ol>
    </aside>
  );
}

function Entry({ room, one: { message, user, at }, may }: { room: Room; one: Pin; may: boolean }) {
  const { people } = useChat();
  const name = isolate(people.name(message.author.id) || message.author.display_name);
  const who = isolate(people.name(user.id) || user.display_name);
  const time = moment(at, Date.now());
  const hidden = people.blocked.value.has(message.author.id) && !room.blockedShown.value;
  return (
    <KeptMessage
      message={message}
      testid="pin"
      hidden={hidden ? texts.timeline.blocked(1) : null}
      below={<p class="kept-note">{user.id === people.me.id ? t.byMe(time) : t.by(who, time)}</p>}
      remove={
        may
          ? { label: t.unpinOf(name), icon: 'unpin', run: () => void pin(room, message.number, false) }
          : null
      }
      onGo={() => {
        if (narrow.peek()) showPins(false);
        jumpTo(room, message.number);
      }}
    />
  );
}

function close(): void {
  showPins(false);
  focusComposer();
}
