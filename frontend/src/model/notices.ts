/** Small lines between the messages: who signed in or out, who joined or left. Kept only while the page lives. */
import { signal } from '@preact/signals';
import type { NoticesChoice } from '../api/presence-records';

export type NoticeKind = 'signed-in' | 'signed-out' | 'went-offline' | 'join' | 'leave' | 'added' | 'removed';

export interface Notice {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly user: number;
  /** Who did it, when that was somebody else. */
  readonly actor: number | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The number of the newest message when it happened: the line stands below that one. */
  readonly after: number;
}

const MOST = 100;

let lastId = 0;

export class Notices {
  readonly lines = signal<readonly Notice[]>([]);

  add(notice: Omit<Notice, 'id'>): void {
    this.lines.value = [...this.lines.value, { ...notice, id: ++lastId }].slice(-MOST);
  }

  clear(): void {
    this.lines.value = [];
  }
}

const quietest: readonly NoticesChoice[] = ['hide', 'condense', 'show'];

/** What a person chose and what a room allows: of the two the quieter. */
export function quieter(one: NoticesChoice, other: NoticesChoice): NoticesChoice {
  return quietest.find((choice) => choice === one || choice === other) ?? one;
}

const presenceKinds: readonly NoticeKind[] = ['signed-in', 'signed-out', 'went-offline'];

/** The notice kind of a presence event, null for one this page does not know. */
export function presenceKind(word: string): NoticeKind | null {
  return presenceKinds.find((kind) => kind === word) ?? null;
}

/** One clause of a collapsed line: the people, in order, whom the same thing happened to last. */
export interface Clause {
  readonly kind: NoticeKind;
  readonly users: readonly number[];
}

const subject = (kind: NoticeKind) => (presenceKinds.includes(kind) ? 'presence' : 'membership');

/**
 * Sums up notices that follow each other: what holds for each person at the end, so that
 * somebody who signed out and in again is named once.
 */
export function sumUp(notices: readonly Notice[]): readonly Clause[] {
  const final = new Map<string, Notice>();
  for (const notice of notices) {
    const key = `${subject(notice.kind)} ${notice.user}`;
    final.delete(key);
    final.set(key, notice);
  }
  const clauses = new Map<NoticeKind, number[]>();
  for (const { kind, user } of final.values()) {
    const users = clauses.get(kind);
    if (users) users.push(user);
    else clauses.set(kind, [user]);
  }
  return [...clauses].map(([kind, users]) => ({ kind, users }));
}
