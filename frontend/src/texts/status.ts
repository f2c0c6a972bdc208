/** The texts of the dialog about my status. */
import type { StatusEnd } from '../model/ends';

const statusEnds: Record<StatusEnd, string> = {
  none: 'Don’t clear',
  'half-hour': '30 minutes',
  hour: '1 hour',
  'four-hours': '4 hours',
  today: 'Today',
  week: 'This week',
};

export const statusTexts = {
  title: 'Your status',
  emoji: 'Emoji',
  text: 'What is your status?',
  noEmoji: 'No emoji',
  suggestions: 'Suggestions',
  clearAfter: 'Clear after',
  ends: statusEnds,
  /** As it is at present. */
  kept: (when: string) => `Unchanged: until ${when}`,
  /** That time has come while the dialog is open. */
  over: 'The time that was set has passed. Choose when to clear it now.',
  clear: 'Clear status',
  save: 'Save',
  saved: 'Your status is set.',
  cleared: 'Your status is cleared.',
  /** In the order of the list in model/status.ts. */
  suggested: ['In a meeting', 'On the way', 'Lunch', 'Working from home', 'Out sick', 'On holiday'],
};
