import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Revision, revisions } from '../../api/message-acts';
import { fullTime, isoTime, moment } from '../../model/format';
import type { Room } from '../../model/room';
import { toast } from '../../model/toasts';
import { texts } from '../../texts';
import { messageTexts } from '../../texts/message';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { sentence } from '../../view/sentence';
import { useBodyPresses } from '../body-press';
import { useChat } from '../context';
import { MessageBody } from '../message-body';

/** The wordings that a message has had, the present one last. */
export function RevisionsDialog({
  room,
  number,
  onClose,
}: {
  room: Room;
  number: number;
  onClose: () => void;
}) {
  const chat = useChat();
  const list = useRef<HTMLOListElement>(null);
  const found = useSignal<readonly Revision[] | null>(null);
  const problem = useSignal<string | null>(null);
  const load = () => {
    problem.value = null;
    revisions(room.id, number).then(
      (all) => {
        found.value = all;
      },
      (error: unknown) => {
        problem.value = sentence(error);
      },
    );
  };
  useEffect(load, []);
  useEffect(
    () =>
      chat.listen({
        changed: (where, event) => {
          if (where !== room) return;
          if (event.kind === 'message-edited' && event.message.number === number) load();
          if (event.kind !== 'messages-deleted' || !event.numbers.includes(number)) return;
          onClose();
          toast(texts.timeline.wasDeleted);
        },
      }),
    [chat],
  );
  useBodyPresses(list);
  const last = (found.value?.length ?? 0) - 1;
  return (
    <Dialog title={messageTexts.revisions} testid="revisions-dialog" onClose={onClose}>
      {problem.value !== null && (
        <div role="alert">
          <p>{problem.value}</p>
          <Button onClick={load}>{texts.retry}</Button>
        </div>
      )}
      <ol ref={list} class="revisions">
        {found.value?.map((one, i) => (
          <li key={one.at} data-testid="revision" aria-current={i === last ? 'true' : undefined}>
            <p class="hint">
              {i === last && `${messageTexts.present} · `}
              <time dateTime={isoTime(one.at)} title={fullTime(one.at)}>
                {moment(one.at, Date.now())}
              </time>
            </p>
            <MessageBody body={one.body} html={one.html} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
