import { untracked, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Message } from '../api/records';
import { bodyLength, cleanBody, LIMIT } from '../model/body';
import { commandIn, unslashed } from '../model/command';
import type { Compose } from '../model/compose';
import { enterSends } from '../model/composer-keys';
import type { Room } from '../model/room';
import { ranks } from '../model/shortcuts';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { longDuration } from '../texts/words';
import { IconButton } from '../view/button';
import { touch } from '../view/media';
import { AskDelete, ComposeBar, SaveProblem } from './compose-bar';
import { ComposerHint } from './composer-hint';
import { useChat } from './context';
import { pickEmoji } from './emoji/pick';
import { insertText } from './field-text';
import { focusComposer, setComposer } from './focus';
import { Assist, assistWanted, commands, moderationItems } from './parts';
import { roomTitle } from './room-title';
import { useShortcut } from './shortcuts';
import { catchTyping, composing } from './typing-anywhere';

const t = texts.composer;

/** Milliseconds after a change of room in which Enter does not send: it was meant for the other room. */
const GUARD = 500;
/** The characters left are shown from here on. */
const NEAR_LIMIT = 500;
/** More characters than this are no message that somebody would still shorten, and browsers are slow to lay them out. */
const MOST = 10 * LIMIT;

interface Props {
  room: Room;
  /** Number of the root of the thread that it is for; 0 for the room itself. */
  thread?: number;
  /** What stands above it, oldest first, for the keys that edit or answer the last message. */
  said?: () => readonly Message[];
}

/** Never disabled: what is written without a connection waits in the outbox. */
export function Composer({ room, thread = 0, said = () => newest(room) }: Props) {
  const chat = useChat();
  const compose = room.writing.composing(thread);
  const field = useRef<HTMLTextAreaElement>(null);
  const limitId = useId();
  const asksDelete = useSignal(false);
  /** What is wrong with a command, until something else is typed. */
  const problem = useSignal<string | null>(null);
  const { kind } = compose.mode.value;
  const text = compose.text.value;
  const body = cleanBody(text);
  const left = LIMIT - bodyLength(body);
  const prefix = thread > 0 ? 'thread-' : '';
  const sendKey = useComputed(() => (chat.people.me.send_with === 'enter' ? 'Enter' : 'Ctrl+Enter')).value;

  useComposerOfRoom(field, thread === 0);
  useCalls(compose, field);
  useGivenUp(compose);
  useShortcut('back', () => leaveMode(compose), ranks.writing);
  useSignalEffect(() => {
    if (compose.mode.value.kind !== 'edit' || compose.text.value.trim() !== '') asksDelete.value = false;
  });

  const write = (typed: string) => {
    problem.value = null;
    if (thread === 0 && compose.mode.peek().kind !== 'edit') room.writing.write(typed);
    else compose.write(typed);
  };
  /** It is on the clipboard, or where it was dragged from, still. */
  const refuseMost = (event: InputEvent) => {
    const more = event.data?.length ?? 0;
    if (more === 0 || text.length + more <= MOST) return;
    event.preventDefault();
    problem.value = t.tooMuch(more, LIMIT);
  };
  const save = () => {
    if (body === '') asksDelete.value = true;
    else if (left >= 0) void compose.save(body);
  };
  const send = () => {
    if (body === '' || left < 0) return;
    const command = commandIn(body);
    if (!command) compose.send(unslashed(body));
    else
      commands.use(({ runCommand }) => {
        void runCommand(chat, room, compose, command).then((wrong) => {
          problem.value = wrong;
        });
      });
  };
  const submit = () => {
    if (kind === 'edit') save();
    else send();
    if (!asksDelete.peek()) field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    Assist.fetch();
    if (event.defaultPrevented || composing(event)) return;
    if (event.key === 'ArrowUp' && text === '' && recall(event)) event.preventDefault();
    if (event.key !== 'Enter') return;
    const before = text.slice(0, field.current?.selectionStart ?? 0);
    const sends = enterSends(event, { sendWith: chat.me.send_with, touch: touch.peek(), before });
    if (!sends) return newLine(event, field.current);
    event.preventDefault();
    if (Date.now() - chat.switchedAt > GUARD) submit();
  };
  /** Up edits my last message, Shift+Up answers the last one. */
  const recall = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || kind === 'edit') return false;
    const alive = said().filter((message) => !message.deleted);
    const mine = alive.findLast(({ author }) => author.id === chat.me.id);
    const last = event.shiftKey ? alive.at(-1) : mine;
    if (!last || (!event.shiftKey && !chat.mayIn(room, 'edit-message'))) return false;
    if (event.shiftKey) compose.reply(last);
    else compose.edit(last);
    return true;
  };
  const deleteIt = () => {
    const mode = compose.mode.peek();
    if (mode.kind !== 'edit') return;
    moderationItems.use(({ deleteMessage }) => void deleteMessage(room, mode.message.number, true));
    compose.cancel();
  };

  const title = thread > 0 ? t.inThread : t.label(roomTitle(room, chat.people));
  const label = kind === 'edit' ? t.editLabel : title;
  const sendLabel = kind === 'edit' ? t.save : touch.value ? t.send : t.sendHint(sendKey);
  return (
    <form
      class="composer"
      data-testid={`${prefix}composer-form`}
      data-mode={kind}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="composer-box" data-over={left < 0}>
        <ComposeBar room={room} compose={compose} />
        {/* What is beyond the limit makes the field no higher. */}
        <div class="composer-grow" data-text={text.slice(0, LIMIT)}>
          <textarea
            ref={field}
            class="composer-field"
            rows={1}
            dir="auto"
            aria-label={label}
            placeholder={label}
            aria-describedby={left < NEAR_LIMIT ? limitId : undefined}
            enterkeyhint={touch.value ? 'enter' : 'send'}
            data-testid={`${prefix}composer`}
            value={text}
            onBeforeInput={refuseMost}
            onInput={(event) => write(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <IconButton
          icon="smile"
          class="composer-emoji"
          label={t.emoji}
          data-testid={`${prefix}emoji`}
          onPress={(button) => {
            void pickEmoji(button).then((emoji) => {
              if (emoji !== null && field.current) insertText(field.current, emoji);
              else if (!touch.peek()) field.current?.focus();
            });
          }}
        />
        <IconButton
          type="submit"
          icon={kind === 'edit' ? 'check' : 'send'}
          class="composer-send"
          label={sendLabel}
          aria-disabled={(kind !== 'edit' && text.trim() === '') || left < 0}
          data-testid={`${prefix}send`}
        />
        {left >= NEAR_LIMIT && room.slowMode.value > 0 && !chat.mayIn(room, 'skip-slow-mode') && (
          <p class="composer-limit" data-testid="slow-mode">
            {t.slowMode(longDuration(room.slowMode.value))}
          </p>
        )}
        {left < NEAR_LIMIT && (
          <p id={limitId} class="composer-limit" role="status">
            {left < 0 ? t.tooLong(-left) : t.left(left)}
          </p>
        )}
        {problem.value !== null && (
          <p class="compose-problem" role="alert" data-testid="command-problem">
            {problem}
          </p>
        )}
        {compose.saving.value === 'now' && (
          <p class="composer-limit" role="status">
            {t.saving}
          </p>
        )}
        <SaveProblem compose={compose} retry={submit} />
        {asksDelete.value && (
          <AskDelete
            onYes={deleteIt}
            onNo={() => {
              asksDelete.value = false;
              field.current?.focus();
            }}
          />
        )}
        {assistWanted.value && (
          <Assist key={`${room.id} ${thread}`} room={room} compose={compose} field={field} />
        )}
      </div>
      <ComposerHint text={text} sendWith={chat.me.send_with} />
    </form>
  );
}

/** The newest messages of a room, if they are on the screen. */
function newest(room: Room): readonly Message[] {
  return room.history.newer.peek() ? [] : room.history.messages.peek();
}

/** What is typed anywhere goes into the composer of the room, which has the focus to begin with. */
function useComposerOfRoom(field: { readonly current: HTMLTextAreaElement | null }, main: boolean): void {
  useEffect(() => {
    if (!main) return;
    setComposer(field.current);
    // It may come because I was given a right: whoever has a menu open goes on with that.
    if (!document.activeElement?.closest('[role="menu"], [data-flash]')) focusComposer();
    const stop = new AbortController();
    document.addEventListener('keydown', (event) => catchTyping(event, field.current), {
      signal: stop.signal,
    });
    return () => {
      stop.abort();
      setComposer(null);
    };
  }, []);
}

/** Somebody wants to change or answer a message: the field has the focus, its caret at the end. */
function useCalls(compose: Compose, field: { readonly current: HTMLTextAreaElement | null }): void {
  const calls = compose.calls.value;
  // At once: the next key may be pressed already.
  useLayoutEffect(() => {
    if (calls === 0 || !field.current) return;
    field.current.focus();
    field.current.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [calls]);
}

/** A change that was given up can be taken up again. */
function useGivenUp(compose: Compose): void {
  useSignalEffect(() => {
    const givenUp = compose.givenUp.value;
    if (!givenUp) return;
    untracked(() => toast(t.givenUp, { action: { label: t.goOn, run: () => compose.resume(givenUp) } }));
  });
}

function leaveMode(compose: Compose): boolean {
  if (compose.mode.peek().kind === 'new') return false;
  compose.cancel();
  return true;
}

/** With Alt browsers make none by themselves. */
function newLine(event: KeyboardEvent, field: HTMLTextAreaElement | null): void {
  if (!event.altKey || !field) return;
  event.preventDefault();
  insertText(field, '\n');
}
