/** The texts of the queue of reports. */
import { some } from './words';

export const reportTexts = {
  title: 'Reports',
  lead: 'Messages of this room that somebody found wrong. Look at them, act, and settle them.',
  label: 'Reported messages',
  show: 'Show',
  shows: { '': 'Open ones', yes: 'Settled ones, too' },
  some: (n: number) => some(n, 'report', 'reports'),
  none: 'Nothing is reported. When somebody reports a message, it stands here.',
  in: (room: string) => `in ${room},`,
  direct: 'a direct conversation',
  private: (id: number) => `private room ${id}`,
  noText: 'The message had no text.',
  deleted: 'The message is deleted. This is how it was when it was reported.',
  edited: 'The message was changed since. This is how it was when it was reported.',
  now: 'The message was changed since. This is what it says now:',
  by: (name: string) => `${name} reported it:`,
  dismiss: 'Nothing to do',
  acted: 'Done: settle it',
  settled: 'The report is settled.',
  settlements: { acted: 'Something was done', dismissed: 'Nothing was to be done' },
  settledBy: (name: string) => `Settled by ${name}.`,
};
