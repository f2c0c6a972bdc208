import { clock, fullTime, isolate, isoTime } from '../model/format';
import { type Notice, sumUp } from '../model/notices';
import type { People } from '../model/people';
import { texts } from '../texts';
import { useChat } from './context';

const t = texts.timeline;

/** Sign-ins, sign-outs, joins and leaves that follow each other: one small line that opens to show each. */
export function NoticeLine({ itemKey, notices }: { itemKey: string; notices: readonly Notice[] }) {
  const { people } = useChat();
  const last = notices.at(-1);
  const summary = sumUp(notices)
    .map(({ kind, users }) =>
      t.did(
        kind,
        users.map((id) => isolate(people.name(id))),
      ),
    )
    .join(' · ');
  if (!last) return null;
  return (
    <li
      class="notice"
      data-key={itemKey}
      data-testid="notice"
      data-kind={last.kind}
      data-count={notices.length}
    >
      {notices.length === 1 ? (
        <p>
          {sentenceOf(last, people)} <NoticeTime at={last.at} />
        </p>
      ) : (
        <details>
          <summary>
            {summary} <NoticeTime at={last.at} />
          </summary>
          <ul>
            {notices.map((notice) => (
              <li key={notice.id}>
                {sentenceOf(notice, people)} <NoticeTime at={notice.at} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function sentenceOf({ kind, user, actor }: Notice, people: People): string {
  const text = t.did(kind, [isolate(people.name(user))]);
  return actor === null ? text : t.didBy(text, isolate(people.name(actor)));
}

function NoticeTime({ at }: { at: number }) {
  return (
    <time dateTime={isoTime(at)} title={fullTime(at)}>
      {clock(at)}
    </time>
  );
}
