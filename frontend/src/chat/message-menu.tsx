import type { MessageList } from './message-list';
import { OpenMessageMenu } from './parts';

/** The menu of the message in a list that has one open. */
export function MessageMenu({ list }: { list: MessageList }) {
  const open = list.menu.value;
  return (
    <div class="message-menu">
      {open && <OpenMessageMenu key={open.message.number} list={list} open={open} />}
    </div>
  );
}
