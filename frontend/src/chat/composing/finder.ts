/** Asks the server for names that the page does not know: members of large rooms, and public rooms. */
import type { DirectoryRoom, Member } from '../../api/records';
import { directory } from '../../api/routes';
import type { Chat } from '../../model/chat';
import type { Query } from '../../model/completion';
import type { Room } from '../../model/room';

/** Milliseconds without a key before the server is asked. */
const PAUSE = 150;

export class Finder {
  members: readonly Member[] = [];
  directory: readonly DirectoryRoom[] = [];

  readonly #chat: Chat;
  readonly #room: Room;
  #asked = '';
  #askedDirectory = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: Chat, room: Room) {
    this.#chat = chat;
    this.#room = room;
  }

  /** Asks for what a query may mean; `then` is called when there is more than before. */
  find({ kind, text }: Query, then: () => void): void {
    if (kind === 'person') this.#findMembers(text, then);
    if (kind === 'room' && !this.#askedDirectory && this.#chat.may('see-directory')) {
      this.#askedDirectory = true;
      directory({ limit: 100 }).then(
        ({ items }) => {
          this.directory = items;
          then();
        },
        () => {
          this.#askedDirectory = false;
        },
      );
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #findMembers(text: string, then: () => void): void {
    const { roster, kind } = this.#room;
    const all = roster.members.peek() !== null && !roster.more.peek();
    if (kind === 'direct' || all || text === this.#asked) return;
    this.#asked = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const list = roster.look({ here: false, search: text });
      list
        .refresh()
        .then(
          () => {
            if (text !== this.#asked) return;
            this.members = list.items.peek() ?? [];
            then();
          },
          () => {
            // The next key asks again.
            if (text === this.#asked) this.#asked = '';
          },
        )
        .finally(() => roster.release(list));
    }, PAUSE);
  }
}
