import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Revision, revisions } from '../../api/message-acts';
import { fullTime, isoTime, shortTime } from '../../model/format';
import type { Room } from '../../model/room';
import { texts } from '../../texts';
import { messageTexts } from '../../texts/message';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { sentence } from '../../view/sentence';
import { MessageBody } from '../message-body';

/** The wordings that a message has had, the present one first. */
export function RevisionsDialog({
  room,
  number,
  onClose,
}: {
  room: Room;
  number: number;
  onClose: () => void;
}) {
  const found = useSignal<readonly Revision[] | null>(null);
  const problem = useSignal<string | null>(null);
  const load = () => {
    problem.value = null;
    revisions(room.id, number).then(
      (all) => {
        found.value = all.toReversed();
      },
      (error: unknown) => {
        problem.value = sentence(error);
      },
    );
  };
  useEffect(load, []);
  return (
    <Dialog title={messageTexts.revisions} testid="revisions-dialog" onClose={onClose}>
      {problem.value !== null && (
        <div role="alert">
          <p>{problem.value}</p>
          <Button onClick={load}>{texts.retry}</Button>
        </div>
      )}
      <ol class="revisions">
        {found.value?.map((one) => (
          <li key={one.at} data-testid="revision">
            <time dateTime={isoTime(one.at)} title={fullTime(one.at)}>
              {shortTime(one.at)}
            </time>
            <MessageBody body={one.body} html={one.html} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
