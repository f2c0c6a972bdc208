import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Author, Profile, User } from '../api/records';
import * as routes from '../api/routes';
import type { Chat } from '../model/chat';
import { ago } from '../model/format';
import { now } from '../model/now';
import type { ShownState } from '../model/people';
import { roomPath } from '../model/route';
import { navigate } from '../model/router';
import { openSection } from '../model/settings-place';
import { toast } from '../model/toasts';
import { localTime } from '../model/zone';
import { texts } from '../texts';
import { memberMenuTexts, rolesTexts } from '../texts/admin';
import { profileTexts } from '../texts/profile';
import { Button } from '../view/button';
import { Dialog, type Place } from '../view/dialog';
import { Dot } from '../view/dot';
import { sentence } from '../view/sentence';
import { Icon } from '../view/icons';
import { narrow } from '../view/media';
import { Menu } from '../view/menu';
import { useChat } from './context';
import { memberItems, personItems } from './moderation-items';
import { AvatarWithDot, untilWords } from './presence';
import { closeDialog, dialog, showMembers } from './ui';

const t = profileTexts;

/** Who somebody is and how they are, beside where one asked for it. */
export function ProfileCard({ user, place }: { user: Author; place: Place }) {
  const chat = useChat();
  const { people, me } = chat;
  const found = useSignal<Profile | null>(null);
  const failed = useSignal(false);
  useEffect(() => {
    const asked = people.moment;
    routes.profile(user.id).then(
      (profile) => {
        people.meetStates([profile], asked);
        found.value = profile;
        failed.value = false;
      },
      () => {
        failed.value = true;
      },
    );
  }, [user.id, people.gaps.value]);

  const known = people.all.value.get(user.id) ?? found.value;
  const { display_name, username } = known ?? user;
  const mine = user.id === me.id;
  const about = [`@${username}`, mine && t.you, known && known.role !== 'member' && rolesTexts[known.role]];
  return (
    <Dialog
      title={display_name}
      about={about.filter(Boolean).join(' · ')}
      lead={<AvatarWithDot id={user.id} name={display_name} size="large" />}
      testid="profile-card"
      place={place}
      onClose={closeDialog}
    >
      <div class="profile" data-user={user.id}>
        {known?.deactivated ? <p>{t.deactivated}</p> : <Presence user={user.id} profile={found.value} />}
        {failed.value && <p class="hint">{t.failed}</p>}
        {known && <Actions chat={chat} user={known} mine={mine} />}
      </div>
    </Dialog>
  );
}

/** State, own words and local time: a line each. */
function Presence({ user, profile }: { user: number; profile: Profile | null }) {
  const { people } = useChat();
  const state = people.shown(user);
  const status = people.status(user);
  const time = profile && user !== people.me.id ? localTime(profile.time_zone, now.value) : null;
  return (
    <ul class="profile-facts">
      {status && (
        <li data-testid="profile-status">
          <span class="profile-sign" aria-hidden="true">
            {status.emoji || <Icon name="smile" />}
          </span>
          <span>
            <span dir="auto">{status.text || status.emoji}</span>
            {status.until !== null && <span class="hint"> {untilWords('', status.until)}</span>}
          </span>
        </li>
      )}
      <li data-testid="profile-state" data-state={state}>
        <span class="profile-sign">
          <Dot state={state} named={false} />
        </span>
        <span>
          {stateWords(state, people.lastSeen(user), user === people.me.id ? people.choice.until : null)}
        </span>
      </li>
      {time && (
        <li data-testid="profile-time">
          <span class="profile-sign">
            <Icon name="clock" />
          </span>
          <span>
            {t.localTime(time.clock)}
            <span class="hint profile-more">{difference(time.ahead)}</span>
          </span>
        </li>
      )}
    </ul>
  );
}

function stateWords(state: ShownState, lastSeen: number | null, until: number | null): string {
  if (state === 'offline' && lastSeen !== null) return texts.presence.lastSeen(ago(lastSeen, now.value));
  return untilWords(texts.presence.states[state], until);
}

function difference(ahead: number): string {
  if (ahead === 0) return t.same;
  return ahead > 0 ? t.ahead(t.hours(ahead)) : t.behind(t.hours(-ahead));
}

function Actions({ chat, user, mine }: { chat: Chat; user: User; mine: boolean }) {
  const room = chat.openRoom.value;
  const member = room?.roster.find(user.id);
  const items = () => (room && member ? memberItems(chat, room, member) : personItems(chat, room, user));
  return (
    <div class="profile-actions">
      {mine && (
        <Button
          data-testid="edit-status"
          autofocus
          onClick={() => {
            dialog.value = { name: 'status' };
          }}
        >
          {texts.ownPresence.editStatus}
        </Button>
      )}
      {mine && (
        <Button
          data-testid="edit-profile"
          onClick={() => {
            closeDialog();
            openSection('account', false);
          }}
        >
          {t.edit}
        </Button>
      )}
      {!mine && !user.deactivated && chat.may('open-direct') && (
        <Button look="main" autofocus data-testid="profile-message" onClick={() => write(chat, user.id)}>
          {t.message}
        </Button>
      )}
      {!mine && (
        <Menu
          label={memberMenuTexts.label(user.display_name)}
          testid="person-menu"
          class="icon-button"
          items={items}
          floating
        >
          <Icon name="more" />
        </Menu>
      )}
    </div>
  );
}

/** Opens the conversation with somebody. */
function write(chat: Chat, user: number): void {
  routes.openDirect([user]).then(
    (room) => {
      closeDialog();
      if (narrow.peek()) showMembers(false);
      navigate(roomPath(chat.add(room).id));
    },
    (error: unknown) => toast(sentence(error), { bad: true }),
  );
}
