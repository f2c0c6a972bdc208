/** The texts of the card of a person. */
import { some } from './words';

export const profileTexts = {
  open: (name: string) => `Profile of ${name}`,
  you: 'you',
  localTime: (time: string) => `${time} local time`,
  same: 'same time as yours',
  ahead: (hours: string) => `${hours} ahead of you`,
  behind: (hours: string) => `${hours} behind you`,
  hours: (minutes: number) => {
    const whole = Math.floor(minutes / 60);
    const rest = minutes % 60;
    const parts = [
      ...(whole > 0 ? [some(whole, 'hour', 'hours')] : []),
      ...(rest > 0 ? [some(rest, 'minute', 'minutes')] : []),
    ];
    return parts.join(' ');
  },
  message: 'Message',
  edit: 'Edit account',
  deactivated: 'This account is deactivated.',
  failed: 'More could not be loaded.',
};
