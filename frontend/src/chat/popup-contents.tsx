import { type Signal, useSignal } from '@preact/signals';
import type { RoomSettings } from '../api/attention';
import type { Level, Section } from '../api/attention-records';
import { at } from '../base';
import { arrange, setRoom } from '../model/arranging';
import type { Chat } from '../model/chat';
import { upcoming } from '../model/format';
import type { OwnSettingsRecord } from '../model/own-settings';
import { readRooms } from '../model/read-rooms';
import type { Room } from '../model/room';
import { roomPath } from '../model/route';
import { silenceEnd, silences } from '../model/silence';
import { toast } from '../model/toasts';
import { roomMenuTexts as t } from '../texts/rooms';
import { copy } from '../view/copy';
import { sentence } from '../view/sentence';
import type { MenuItem } from '../view/menu';
import { PopupMenu } from '../view/popup-menu';
import { useChat } from './context';
import { closePopup, type OpenPopup } from './popup';
import { roomTitle } from './room-title';
import { dialog } from './ui';

/** What of a menu is unfolded; one part at a time. */
type Unfolded = Signal<'level' | 'silence' | 'section' | null>;

export function PopupContents({ open }: { open: OpenPopup }) {
  const chat = useChat();
  const unfolded: Unfolded = useSignal(null);
  return (
    <PopupMenu
      label={labelOf(chat, open)}
      testid={`${open.name}-popup`}
      items={itemsOf(chat, open, unfolded)}
      place={open.place}
      opener={open.opener}
      onClose={closePopup}
    />
  );
}

function labelOf({ people }: Chat, open: OpenPopup): string {
  if (open.name === 'section') return t.sectionMenu(open.section.name);
  const title = roomTitle(open.room, people);
  return open.name === 'bell' ? t.bellMenu(title) : t.menu(title);
}

function itemsOf(chat: Chat, open: OpenPopup, unfolded: Unfolded): readonly MenuItem[] {
  switch (open.name) {
    case 'room':
      return roomItems(chat, open.room, unfolded);
    case 'bell':
      return bellItems(chat, open.room);
    case 'section':
      return sectionItems(chat, open.section);
  }
}

function roomItems(chat: Chat, room: Room, unfolded: Unfolded): MenuItem[] {
  const { own } = room;
  const fold = (name: 'level' | 'silence' | 'section') => ({
    expanded: unfolded.value === name,
    run: () => {
      unfolded.value = unfolded.value === name ? null : name;
    },
  });
  const unread = room.unread.value > 0 || room.reading.mentions.count.value > 0;
  return [
    ...(unread
      ? [
          {
            label: t.markRead,
            icon: 'check',
            testid: 'mark-read',
            run: () => room.reading.readAll(),
          } as const,
        ]
      : []),
    {
      label: own.favourite.value ? t.unfavourite : t.favourite,
      icon: 'star',
      testid: 'favourite',
      run: () => {
        const favourite = !own.favourite.peek();
        change(chat, room, { favourite }, { favourite });
      },
    },
    { label: t.move, icon: 'inbox', testid: 'move', ...fold('section') },
    ...(unfolded.value === 'section' ? placeItems(chat, room) : []),
    { label: t.level, hint: levelWords(room), icon: 'bell', testid: 'level', ...fold('level') },
    ...(unfolded.value === 'level' ? levelItems(chat, room, true) : []),
    ...silence(chat, room, fold('silence')),
    {
      label: t.copyLink,
      icon: 'copy',
      testid: 'copy-room-link',
      apart: true,
      run: () => void copyLink(room),
    },
    ...(chat.mayIn(room, 'leave-room')
      ? [{ label: t.leave, icon: 'leave', testid: 'leave', run: () => leave(room) } as const]
      : []),
  ];
}

function bellItems(chat: Chat, room: Room): MenuItem[] {
  const silenced = room.own.silenced.value;
  const rest = silenced
    ? [unsilence(chat, room)]
    : silenceItems(chat, room).map((item, i) => ({ ...item, apart: i === 0, hint: item.hint ?? '' }));
  return [...levelItems(chat, room, false), ...rest.map((item, i) => ({ ...item, apart: i === 0 }))];
}

function levelWords({ own }: Room): string {
  return t.levels[own.level.value];
}

const levels: readonly Level[] = ['everything', 'mentions', 'nothing'];

function levelItems(chat: Chat, room: Room, inset: boolean): MenuItem[] {
  return levels.map((level) => ({
    label: t.levels[level],
    hint: t.levelHints[level],
    testid: `level-${level}`,
    checked: room.own.level.value === level,
    inset,
    run: () => change(chat, room, { level }, { level }),
  }));
}

function silence(chat: Chat, room: Room, fold: Pick<MenuItem, 'run'> & { expanded: boolean }): MenuItem[] {
  if (room.own.silenced.value) return [unsilence(chat, room)];
  const item: MenuItem = { label: t.silence, icon: 'bellOff', testid: 'silence', ...fold };
  return [item, ...(fold.expanded ? silenceItems(chat, room).map((one) => ({ ...one, inset: true })) : [])];
}

function silenceItems(chat: Chat, room: Room): MenuItem[] {
  const now = Date.now();
  return silences.map((name) => {
    const end = silenceEnd(name, now);
    return {
      label: t.ends[name],
      ...(end === null ? {} : { hint: upcoming(end, now) }),
      testid: `silence-${name}`,
      run: () =>
        change(
          chat,
          room,
          { silenced: true, silenced_until: end },
          { silenced_until: end === null ? 'always' : new Date(end).toISOString() },
        ),
    };
  });
}

function unsilence(chat: Chat, room: Room): MenuItem {
  const end = room.own.silencedUntil.value;
  return {
    label: t.unsilence,
    hint: t.silencedFor(end === null ? null : upcoming(end, Date.now())),
    icon: 'bell',
    testid: 'unsilence',
    run: () => change(chat, room, { silenced: false, silenced_until: null }, { silenced_until: '' }),
  };
}

/** Where the room can stand in my sidebar. */
function placeItems(chat: Chat, room: Room): MenuItem[] {
  const present = room.own.section.value;
  const items = [{ id: 0, name: t.noSection }, ...chat.sections.value].map(
    ({ id, name }): MenuItem => ({
      label: name,
      testid: `move-${id}`,
      checked: present === id,
      inset: true,
      run: () => change(chat, room, { section: id }, { section: id }),
    }),
  );
  const run = () => {
    dialog.value = { name: 'section', section: null, first: room };
  };
  return [...items, { label: t.newSection, testid: 'move-new', inset: true, run }];
}

function change(chat: Chat, room: Room, shown: Partial<OwnSettingsRecord>, wanted: RoomSettings): void {
  setRoom(chat, room, shown, wanted).catch((error: unknown) => toast(sentence(error), { bad: true }));
}

async function copyLink(room: Room): Promise<void> {
  const link = new URL(at(roomPath(room.id)), location.origin).href;
  toast((await copy(link)) ? t.linkCopied : t.linkIs(link));
}

function leave(room: Room): void {
  dialog.value = { name: 'leave', room };
}

function sectionItems(chat: Chat, section: Section): MenuItem[] {
  const all = chat.sections.value;
  const place = all.findIndex(({ id }) => id === section.id);
  const rooms = [...chat.rooms.value.values()].filter(({ own }) => own.section.value === section.id);
  const move = (by: number) => () => {
    const rest = all.filter(({ id }) => id !== section.id);
    const next = [...rest.slice(0, place + by), section, ...rest.slice(place + by)];
    arrange(chat, next).catch((error: unknown) => toast(sentence(error), { bad: true }));
  };
  const items: (MenuItem | false)[] = [
    rooms.some(({ weight }) => weight.value.bold) && {
      label: t.markSectionRead,
      icon: 'check',
      testid: 'read-section',
      run: () => void readRooms(chat, rooms).catch((error: unknown) => toast(sentence(error), { bad: true })),
    },
    {
      label: t.renameSection,
      icon: 'pencil',
      testid: 'rename-section',
      run: () => {
        dialog.value = { name: 'section', section, first: null };
      },
    },
    place > 0 && { label: t.moveUp, icon: 'send', testid: 'section-up', run: move(-1) },
    place < all.length - 1 && { label: t.moveDown, icon: 'down', testid: 'section-down', run: move(1) },
    {
      label: t.deleteSection,
      icon: 'close',
      testid: 'delete-section',
      run: () => {
        dialog.value = { name: 'delete-section', section };
      },
    },
  ];
  return items.filter((item) => item !== false);
}
