import { dayName, isoTime } from '../model/format';
import { today } from '../model/today';
import { texts } from '../texts';

export function DayLine({ itemKey, at }: { itemKey: string; at: number }) {
  return (
    <li class="day-line" data-key={itemKey} data-testid="day">
      <time dateTime={isoTime(at)}>{dayName(at, today.value)}</time>
    </li>
  );
}

export function UnreadLine() {
  return (
    <li class="unread-line" data-key="divider" data-testid="unread-divider">
      <span aria-hidden="true">{texts.timeline.unread}</span>
      <span class="visually-hidden">{texts.timeline.unreadLabel}</span>
    </li>
  );
}
