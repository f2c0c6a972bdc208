import { useSignal } from '@preact/signals';
import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import type { Message } from '../../api/records';
import { home } from '../../base';
import { bodyLength, cleanBody, LIMIT } from '../../model/body';
import type { Chat } from '../../model/chat';
import { isolate } from '../../model/format';
import { forwarded } from '../../model/forward';
import { now } from '../../model/now';
import type { Room } from '../../model/room';
import { messagePath, roomPath } from '../../model/route';
import { navigate } from '../../model/router';
import { isApple } from '../../model/shortcuts';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { forwardTexts as t } from '../../texts/forward';
import { messageTexts } from '../../texts/message';
import { Button, IconButton } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { touch } from '../../view/media';
import { sentence } from '../../view/sentence';
import { useBodyPresses } from '../body-press';
import { useChat } from '../context';
import { copyText } from '../message-actions';
import { MessageBody } from '../message-body';
import { roomTitle } from '../room-title';
import { DestinationFinder, DestinationSign, roomIdOf } from './destination-finder';
import type { Destination } from './destinations';

interface Props {
  room: Room;
  message: Message;
  onClose: () => void;
}

/** Sends a message on: to another room or person, with words of one's own. */
export function ForwardDialog({ room, message, onClose }: Props) {
  const chat = useChat();
  const target = useSignal<Destination | null>(null);
  const to = target.value;
  useEffect(
    () =>
      chat.listen({
        changed: (where, event) => {
          const gone = event.kind === 'messages-deleted' && event.numbers.includes(message.number);
          if (where !== room || !gone) return;
          onClose();
          toast(texts.timeline.wasDeleted);
        },
      }),
    [chat, room, message],
  );
  return (
    <Dialog title={t.title} testid="forward-dialog" onClose={onClose}>
      {to ? (
        <Words
          room={room}
          message={message}
          to={to}
          onBack={() => {
            target.value = null;
          }}
          onClose={onClose}
        />
      ) : (
        <DestinationFinder
          label={t.search}
          remark={remark}
          fits={(one) => mayForward(chat, one)}
          onPick={(one) => {
            target.value = one;
          }}
        />
      )}
    </Dialog>
  );
}

function remark(query: string, found: number): string {
  if (found === 0) return t.none;
  return query.trim() === '' ? t.hint : t.count(found);
}

/** Where I may write. Who wants to forward to a room that they are not in joins it first. */
function mayForward(chat: Chat, one: Destination): boolean {
  if (one.kind !== 'room') return one.kind === 'person';
  const { muted, mutedUntil } = one.room;
  const silent = muted.value && (mutedUntil.value === null || mutedUntil.value > now.value);
  return chat.mayIn(one.room, 'post-message') && !silent;
}

function Words({ room, message, to, onBack, onClose }: Props & { to: Destination; onBack: () => void }) {
  const chat = useChat();
  const comment = useSignal('');
  const busy = useSignal(false);
  const preview = useRef<HTMLElement>(null);
  const about = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  useBodyPresses(preview);
  useEffect(() => field.current?.focus(), []);
  const author = chat.people.name(message.author.id) || message.author.display_name;
  const named = mayName(room, to) ? roomTitle(room, chat.people) : null;
  const link = home() + messagePath(room.id, message.number);
  const withWords = (words: string) => {
    const original = { body: message.body, author, room: named, link };
    return cleanBody(forwarded(words, original, { link: linkWords }));
  };
  const body = useMemo(() => withWords(comment.value), [comment.value, message, author, named]);
  const over = bodyLength(body) - LIMIT;
  const alone = over > 0 && bodyLength(withWords('')) > LIMIT;
  const send = async () => {
    if (over > 0 || busy.peek()) return;
    busy.value = true;
    try {
      const id = await roomIdOf(chat, to);
      const target = chat.rooms.peek().get(id);
      if (!target || !chat.mayIn(target, 'post-message')) {
        toast(t.mayNot, { bad: true });
        return;
      }
      target.send(body);
      onClose();
      const listens = chat.connection.state.peek().phase === 'listening';
      const name = isolate(to.title);
      const action = { label: t.open, run: () => navigate(roomPath(id)) };
      toast(listens ? t.done(name) : t.waits(name), target === room ? {} : { action });
    } catch (error) {
      toast(sentence(error), { bad: true });
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="forward"
      data-testid="forward-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="forward-to">
        <span class="hint">{t.to}</span>
        <span class="chip" data-testid="forward-to">
          <DestinationSign one={to} />
          <span dir="auto">{to.title}</span>
          <IconButton icon="close" label={t.another(isolate(to.title))} onClick={onBack} />
        </span>
      </div>
      <textarea
        ref={field}
        class="input forward-words"
        rows={3}
        dir="auto"
        aria-label={t.comment}
        aria-describedby={about}
        placeholder={t.comment}
        data-testid="forward-comment"
        onInput={(event) => {
          comment.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void send();
        }}
      />
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <figure ref={preview} class="forward-preview" aria-label={t.preview} tabIndex={0}>
        <figcaption>
          <strong dir="auto">{author}</strong>{' '}
          <span class="hint" dir="auto">
            {linkWords(named)}
          </span>
        </figcaption>
        <MessageBody body={message.body} html={message.html} />
      </figure>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      {over > 0 ? (
        <div id={about} class="forward-problem" role="alert" data-testid="forward-too-long">
          <p>{alone ? t.bodyTooLong : t.tooLong(over)}</p>
          {alone && (
            <Button onClick={() => void copyText(link, messageTexts.linkCopied)}>{t.copyLink}</Button>
          )}
        </div>
      ) : (
        <p id={about} class="hint">
          {named === null && to.kind === 'room' ? t.roomHidden : ''}
          {touch.value ? '' : ` ${isApple() ? t.keysMac : t.keys}`}
        </p>
      )}
      <div class="form-end">
        <Button onClick={onBack}>{texts.cancel}</Button>
        <Button
          type="submit"
          look="main"
          busy={busy.value}
          aria-disabled={over > 0}
          data-testid="forward-send"
        >
          {t.send}
        </Button>
      </div>
    </form>
  );
}

/** Whether those who get it may know of the room. */
function mayName(room: Room, to: Destination): boolean {
  return room.kind === 'public' || (to.kind === 'room' && to.room === room && room.kind !== 'direct');
}

function linkWords(room: string | null): string {
  return room === null ? t.original : t.inRoom(room);
}
