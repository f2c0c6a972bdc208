import type { Author } from '../api/records';
import { isolate } from '../model/format';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Icon } from '../view/icons';
import { Menu, type MenuItem } from '../view/menu';
import { useChat } from './context';
import { moderationItems } from './parts';

const t = texts.timeline;

/** What can be done about a message; seen while the pointer or the focus is in its row. */
export function MessageMenu({
  room,
  author,
  number,
  name,
}: {
  room: Room;
  author: Author;
  number: number;
  name: string;
}) {
  const chat = useChat();
  const items = () => {
    let found: readonly MenuItem[] = [];
    moderationItems.use(({ messageItems }) => {
      found = messageItems(chat, room, author, number);
    });
    return found;
  };
  const own = author.id === chat.me.id;
  if (own && !chat.mayIn(room, 'delete-own-message')) return null;
  return (
    <div class="message-menu">
      <Menu
        label={own ? t.ownMessageMenu : t.messageMenu(isolate(name))}
        testid="message-menu"
        class="icon-button"
        items={items}
        floating
        when={(open) => moderationItems.use(open)}
        onOpen={(open) => {
          room.still.value = open;
        }}
      >
        <Icon name="more" />
      </Menu>
    </div>
  );
}
