/** Alerts people of what is said while they do not look, and shows how much waits on the icon of an installed page. */
import { effect } from '@preact/signals';
import { message as loadMessage } from '../api/routes';
import { base } from '../base';
import { alertPreview, alertSound, alertWhat, followAlertChoices } from '../model/alert-choices';
import { attention } from '../model/attention';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { placePath } from '../model/route';
import { navigate } from '../model/router';
import type { Message } from '../api/records';
import { roomTitle } from '../chat/room-title';
import { alertTexts as t } from '../texts/alerts';
import icon from '../icons/icon.svg';
import { Alerts, type Shown } from './alerts';
import { Looking } from './looking';
import { plainText } from './plain-text';
import { sound } from './tone';

/** Until the function returned is called. */
export function startAlerts(chat: Chat): () => void {
  const end = new AbortController();
  followAlertChoices(end.signal);
  const looking = new Looking(() => (attention.value ? chat.openId.value : null));
  const alerts = new Alerts(chat, {
    listener: () => ({
      id: chat.me.id,
      what: alertWhat.peek(),
      blocked: chat.people.blocked.peek(),
      doNotDisturb: chat.people.choice.choice === 'do-not-disturb',
    }),
    leads: () => !chat.connection.state.peek().shared,
    isLookedAt: (room) => looking.at(room),
    show: (room, message) => show(chat, room, message),
    sound: () => alertSound.peek() && sound(),
    load: loadMessage,
  });
  const badge = effect(() => showBadge(chat));
  // The notifications of a page that is gone lead nowhere.
  addEventListener('pagehide', () => alerts.close(), { signal: end.signal });
  return () => {
    end.abort();
    badge();
    setBadge(0);
    alerts.stop();
    looking.stop();
  };
}

function show(chat: Chat, room: Room, message: Message): Shown | null {
  if (!('Notification' in window) || Notification.permission !== 'granted') return null;
  const { display_name: who } = message.author;
  const title = room.kind === 'direct' && room.directIds.length <= 2 ? who : t.from(who, nameOf(chat, room));
  // `renotify`: the next one of the room takes its place, and calls again.
  const options: NotificationOptions & { renotify: boolean } = {
    body: alertPreview.peek() ? plainText(message.body) : t.hidden,
    tag: `chatd${base}.${chat.me.id}.${room.id}`,
    icon: new URL(icon, import.meta.url).href,
    silent: true,
    renotify: true,
  };
  try {
    const notification = new Notification(title, options);
    notification.addEventListener('click', () => {
      window.focus();
      navigate(placePath(room.id, message.thread));
      notification.close();
    });
    return notification;
  } catch {
    // On some phones only installed pages can.
    return null;
  }
}

function nameOf(chat: Chat, room: Room): string {
  const title = roomTitle(room, chat.people);
  return room.kind === 'public' ? `#${title}` : title;
}

function showBadge(chat: Chat): void {
  let called = 0;
  for (const { weight } of chat.rooms.value.values()) if (!weight.value.dim) called += weight.value.badge;
  setBadge(called);
}

function setBadge(n: number): void {
  if (!('setAppBadge' in navigator)) return;
  (n > 0 ? navigator.setAppBadge(n) : navigator.clearAppBadge()).catch(() => {
    // Only an installed page has an icon.
  });
}
