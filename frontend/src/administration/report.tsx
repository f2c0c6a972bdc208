import { useSignal } from '@preact/signals';
import { deleteMessage } from '../api/moderation';
import { type Report, settleReport, type Settlement } from '../api/oversight';
import { useChat } from '../chat/context';
import { ModerateDialog } from '../chat/dialogs/moderate';
import { undo } from '../chat/moderation-items';
import type { Chat } from '../model/chat';
import { isolate } from '../model/format';
import { mayActOn, mayManage } from '../model/moderation';
import { toast } from '../model/toasts';
import { moderationTexts } from '../texts/moderation';
import { reportTexts as t } from '../texts/reports';
import { Avatar } from '../view/avatar';
import { Button } from '../view/button';
import { sentence } from '../view/sentence';
import { askReports } from './ask-reports';
import { Ago } from './facts';
import { SuspendDialog } from './suspend';

type Asking = 'mute' | 'ban' | 'suspend' | null;

/** One report: the message, what is said against it, and what can be done. */
export function ReportCard({ report, onChanged }: { report: Report; onChanged: (report: Report) => void }) {
  const { author, reporter } = report;
  return (
    <li class="report" data-testid="report" data-report={report.id} data-settlement={report.settlement}>
      <div class="report-head">
        <Avatar id={author.id} name={author.display_name} size="small" />
        <p class="report-about">
          <strong dir="auto">{author.display_name}</strong> <span class="hint">@{author.username}</span>{' '}
          {t.in(placeOf(report))} <Ago at={report.created_at} never="" />
        </p>
        {report.settlement && <span class="tag">{t.settlements[report.settlement]}</span>}
      </div>
      <blockquote class="report-text" dir="auto">
        {report.body || t.noText}
      </blockquote>
      {report.deleted && <p class="hint">{t.deleted}</p>}
      {report.edited && <p class="hint">{report.now === '' ? t.edited : t.now}</p>}
      {report.now !== '' && (
        <blockquote class="report-text" dir="auto" data-testid="report-now">
          {report.now}
        </blockquote>
      )}
      <p>
        {t.by(isolate(reporter.display_name))} <q dir="auto">{report.reason}</q>
      </p>
      {report.settlement === null ? (
        <Acts report={report} onChanged={onChanged} />
      ) : (
        report.settled_by && <p class="hint">{t.settledBy(isolate(report.settled_by.display_name))}</p>
      )}
    </li>
  );
}

function placeOf({ room: { id, kind, name } }: Report): string {
  if (kind === 'direct') return t.direct;
  return name === '' ? t.private(id) : isolate(name);
}

function Acts({ report, onChanged }: { report: Report; onChanged: (report: Report) => void }) {
  const chat = useChat();
  const asking = useSignal<Asking>(null);
  const busy = useSignal(false);
  const room = chat.rooms.value.get(report.room.id);
  const name = isolate(report.author.display_name);
  const close = () => {
    asking.value = null;
  };
  const attempt = async (act: () => Promise<void>) => {
    if (busy.value) return;
    busy.value = true;
    try {
      await act();
    } catch (error) {
      toast(sentence(error), { bad: true });
    } finally {
      busy.value = false;
    }
  };
  const hide = async () => {
    const { deletion, undo_until } = await deleteMessage(report.room.id, report.number);
    room?.hide([report.number]);
    onChanged({ ...report, deleted: true });
    toast(
      moderationTexts.deleted,
      undo_until === null ? {} : { action: undo([deletion], moderationTexts.undone) },
    );
  };
  const settle = (how: Settlement) =>
    attempt(async () => {
      onChanged(await settleReport(report.id, how));
      void askReports();
      toast(t.settled);
    });
  const may = rightsOver(chat, report);
  return (
    <div class="report-acts">
      {may.delete && (
        <Button data-testid="report-delete" onClick={() => void attempt(hide)}>
          {moderationTexts.delete}
        </Button>
      )}
      {may.restrain &&
        (['mute', 'ban'] as const).map((act) => (
          <Button
            key={act}
            data-testid={`report-${act}`}
            aria-label={`${moderationTexts[act]} ${name}`}
            onClick={() => {
              asking.value = act;
            }}
          >
            {moderationTexts[act]}
          </Button>
        ))}
      {may.suspend && (
        <Button
          data-testid="report-suspend"
          aria-label={`${moderationTexts.suspend} ${name}`}
          onClick={() => {
            asking.value = 'suspend';
          }}
        >
          {moderationTexts.suspend}
        </Button>
      )}
      <span class="report-settle">
        <Button data-testid="report-dismissed" onClick={() => void settle('dismissed')}>
          {t.dismiss}
        </Button>
        <Button look="main" data-testid="report-acted" onClick={() => void settle('acted')}>
          {t.acted}
        </Button>
      </span>
      {room && (asking.value === 'mute' || asking.value === 'ban') && (
        <ModerateDialog
          act={asking.value}
          room={room}
          user={report.author}
          number={report.number}
          onClose={close}
        />
      )}
      {asking.value === 'suspend' && (
        <SuspendDialog user={report.author} onClose={close} onSuspended={() => {}} />
      )}
    </div>
  );
}

/** What I may do about the message and its author: in a room only while I am in it. */
function rightsOver(chat: Chat, { author, deleted, number, room: { id } }: Report) {
  const room = chat.rooms.value.get(id);
  const role = chat.people.all.value.get(author.id)?.role ?? 'member';
  const member = room?.roster.find(author.id) ?? { id: author.id, room_role: 'member' as const };
  return {
    delete: room !== undefined && !deleted && number > 0 && chat.mayIn(room, 'delete-message'),
    restrain: room !== undefined && mayActOn(chat, room, member, 'restrain-member'),
    suspend: author.id !== chat.me.id && mayManage(chat, role),
  };
}
