import { texts } from '../../texts';
import { useSignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import * as moderation from '../../api/moderation';
import { clock, endTime, fullTime, isolate, isoTime } from '../../model/format';
import { Paged } from '../../model/paged';
import type { Room } from '../../model/room';
import { toast } from '../../model/toasts';
import { roomOrderTexts } from '../../texts/moderation';
import { Button } from '../../view/button';
import { Dialog } from '../../view/dialog';
import { sentence } from '../../view/sentence';
import { LoadFailed, MoreButton, useLoading } from '../../view/loading';
import { useChat } from '../context';

const t = roomOrderTexts;

/** What was decided in a room and is in force, and the way to end it: who is muted, who is banned, what was deleted. */
export function RoomOrderDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const chat = useChat();
  return (
    <Dialog title={texts.room.order} testid="room-order-dialog" onClose={onClose}>
      <div class="dialog-body">
        {chat.mayIn(room, 'restrain-member') && (
          <>
            <Sanctions
              title={t.muted}
              none={t.noneMuted}
              end={t.endMute}
              testid="mutes"
              load={(wanted) => moderation.mutes(room.id, wanted)}
              lift={async (user) => {
                await moderation.endMute(room.id, user);
                room.roster.changed();
              }}
            />
            <Sanctions
              title={t.banned}
              none={t.noneBanned}
              end={t.endBan}
              testid="bans"
              load={(wanted) => moderation.bans(room.id, wanted)}
              lift={(user) => moderation.endBan(room.id, user)}
            />
          </>
        )}
        {chat.mayIn(room, 'delete-message') && <Deletions room={room} />}
      </div>
    </Dialog>
  );
}

function Sanctions({
  title,
  none,
  end,
  testid,
  load,
  lift,
}: {
  title: string;
  none: string;
  end: string;
  testid: string;
  load: (wanted: Parameters<typeof moderation.mutes>[1]) => ReturnType<typeof moderation.mutes>;
  lift: (user: number) => Promise<void>;
}) {
  const [list] = useState(() => new Paged(load, (one) => one.user.id, 50));
  const loading = useLoading(() => list.refresh());
  const items = list.items.value;
  return (
    <section aria-label={title} data-testid={testid}>
      <h3 class="label">{title}</h3>
      <LoadFailed loading={loading} text={t.failed} />
      {items?.length === 0 && <p class="hint">{none}</p>}
      <ul class="order-list">
        {items?.map((one) => (
          <li key={one.user.id}>
            <p>
              <strong dir="auto">{one.user.display_name}</strong>{' '}
              <span class="hint">{one.until === null ? t.open : t.until(endTime(one.until))}</span>
              {one.reason && (
                <span class="hint order-reason" dir="auto">
                  {one.reason}
                </span>
              )}
            </p>
            <EndButton
              label={end}
              name={isolate(one.user.display_name)}
              act={async () => {
                await lift(one.user.id);
                await list.refresh();
              }}
            />
          </li>
        ))}
      </ul>
      <MoreButton more={list.more} load={() => list.advance()} testid={`more-${testid}`} />
    </section>
  );
}

function Deletions({ room }: { room: Room }) {
  const found = useSignal<readonly moderation.PendingDeletion[] | null>(null);
  const refresh = async () => {
    found.value = await moderation.pendingDeletions(room.id);
  };
  const loading = useLoading(refresh);
  return (
    <section aria-label={t.deleted} data-testid="deletions">
      <h3 class="label">{t.deleted}</h3>
      <LoadFailed loading={loading} text={t.failed} />
      {found.value?.length === 0 && <p class="hint">{t.noneDeleted}</p>}
      <ul class="order-list">
        {found.value?.map((one) => (
          <li key={one.deletion}>
            <p>
              <strong dir="auto">{one.user.display_name}</strong>{' '}
              <span class="hint">
                {t.messages(one.count)}
                {one.undo_until !== null && ` · ${t.undoUntil(clock(one.undo_until))}`}
              </span>
              {one.excerpt && (
                <span class="order-excerpt" data-testid="deletion-excerpt">
                  {one.written_at !== null && (
                    <time dateTime={isoTime(one.written_at)} title={fullTime(one.written_at)}>
                      {clock(one.written_at)}
                    </time>
                  )}{' '}
                  <q dir="auto">{one.excerpt}</q>
                </span>
              )}
              {one.reason && (
                <span class="hint order-reason" dir="auto">
                  {one.reason}
                </span>
              )}
            </p>
            {one.undo_until !== null && (
              <EndButton
                label={t.undo}
                name={isolate(one.user.display_name)}
                act={async () => {
                  await moderation.undoDeletion(one.deletion);
                  await refresh();
                }}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function EndButton({ label, name, act }: { label: string; name: string; act: () => Promise<void> }) {
  const busy = useSignal(false);
  const run = async () => {
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
  return (
    <Button busy={busy.value} aria-label={`${label}: ${name}`} data-testid="end" onClick={() => void run()}>
      {label}
    </Button>
  );
}
