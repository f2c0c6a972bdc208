import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { lostRoom, undeleteRoom } from '../api/admin';
import type { DirectoryRoom, LostRoom } from '../api/records';
import * as routes from '../api/routes';
import { findPublicRoom, MOST_LOOKED_THROUGH, whenDirectoryChanges } from '../model/directory';
import { isolate, shortTime } from '../model/format';
import { navigate, route } from '../model/router';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { outsideTexts } from '../texts/outside';
import { Button } from '../view/button';
import { Field } from '../view/field';
import { Form, FormProblem, SubmitButton } from '../view/form';
import { Icon } from '../view/icons';
import { sentence } from '../view/sentence';
import { narrow } from '../view/media';
import { useChat } from './context';
import { BrowseButton } from './browse-button';

type Found = DirectoryRoom | LostRoom | 'loading' | 'none' | 'not-seen';

/** A room that I am not in: a public one can be joined, and of one that was deleted is told what became of it. */
export function OtherRoom({ id }: { id: number }) {
  const room = useFound(id);
  if (room === 'loading') return null;
  if (room === 'none') return <UnknownRoom />;
  if (room === 'not-seen') {
    return (
      <div class="blank-slate" data-testid="room-not-seen">
        <Icon name="search" />
        <h2>{outsideTexts.notSeenTitle}</h2>
        <p>{outsideTexts.notSeen(MOST_LOOKED_THROUGH)}</p>
        <BrowseButton />
      </div>
    );
  }
  return 'undelete_until' in room ? <DeletedRoom id={id} room={room} /> : <Preview room={room} />;
}

/** What is known of a room; looked for again when the directory tells of it. */
function useFound(id: number): Found {
  const found = useSignal<Found>('loading');
  useEffect(() => {
    let round = 0;
    const again = () => {
      const mine = ++round;
      void look(id).then((now) => {
        if (mine === round) found.value = now;
      });
    };
    again();
    return whenDirectoryChanges((changed) => changed === id && again());
  }, [id]);
  return found.value;
}

async function look(id: number): Promise<Found> {
  const listed = await findPublicRoom(id, routes.directory).catch(() => 'none' as const);
  if (listed !== 'none') return listed;
  return lostRoom(id).catch(() => 'none' as const);
}

function HomeButton({ look = 'main' }: { look?: 'main' | 'quiet' }) {
  return (
    <Button look={look} data-testid="go-home" onClick={() => navigate('/')}>
      {narrow.value && route.value.name === 'room' ? texts.sidebar.back : texts.goHome}
    </Button>
  );
}

function UnknownRoom() {
  return (
    <div class="blank-slate" data-testid="room-unknown">
      <Icon name="lock" />
      <h2>{outsideTexts.unknownTitle}</h2>
      <p>{outsideTexts.unknown}</p>
      <HomeButton />
    </div>
  );
}

function Preview({ room }: { room: DirectoryRoom }) {
  const chat = useChat();
  const join = () => {
    routes.joinRoom(room.id).then(
      (entry) => chat.add(entry),
      (error: unknown) => toast(sentence(error), { bad: true }),
    );
  };
  return (
    <div class="blank-slate" data-testid="room-preview">
      <Icon name="hash" />
      <h2 dir="auto">{room.name}</h2>
      {room.description && <p dir="auto">{room.description}</p>}
      <p>{outsideTexts.preview(room.member_count)}</p>
      {chat.mayOutside(room, 'join-room') && (
        <Button look="main" data-testid="join-room" onClick={join}>
          {outsideTexts.join}
        </Button>
      )}
    </div>
  );
}

/** It comes back with everybody who was in it; that brings it onto the screen, too. */
function DeletedRoom({ id, room }: { id: number; room: LostRoom }) {
  const taken = useSignal(false);
  const t = outsideTexts;
  const until = shortTime(room.undelete_until);
  const undelete = async ({ name = '' }: Readonly<Record<string, string>>) => {
    try {
      await undeleteRoom(id, name === '' ? null : name);
      toast(t.undeleted(isolate(name || room.name)));
    } catch (error) {
      // Somebody has taken the name meanwhile: then it can have another one.
      taken.value = true;
      throw error;
    }
  };
  return (
    <div class="blank-slate" data-testid="room-deleted">
      <Icon name="close" />
      <h2 dir="auto">{t.deletedTitle(isolate(room.name))}</h2>
      <p dir="auto" data-testid="room-deleted-why">
        {t.deletedBy(room.by && isolate(room.by.display_name))}
        {room.reason && ` ${t.deletedReason(isolate(room.reason))}`}
      </p>
      <p>{room.may_undelete ? t.deletedMine(until) : t.deleted(until)}</p>
      {room.may_undelete && (
        <Form testid="undelete-form" onSubmit={undelete}>
          {taken.value && (
            <Field name="name" label={t.otherName} required maxLength={80} autocomplete="off" />
          )}
          <FormProblem />
          <SubmitButton testid="undelete">{t.undelete}</SubmitButton>
        </Form>
      )}
      <HomeButton look={room.may_undelete ? 'quiet' : 'main'} />
    </div>
  );
}
