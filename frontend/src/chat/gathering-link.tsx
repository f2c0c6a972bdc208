import { at } from '../base';
import { count } from '../model/format';
import type { Gathering } from '../model/route';
import { navigate, route } from '../model/router';
import { useDerived } from '../view/derived';
import { Icon, type IconName } from '../view/icons';
import { opensElsewhere } from '../view/link';

/** A line at the top of the sidebar that leads to what is gathered from all rooms. */
export function GatheringLink({
  to,
  icon,
  label,
  number = 0,
  words,
}: {
  to: Gathering;
  icon: IconName;
  label: string;
  /** How many of it are new; nothing is shown for 0. */
  number?: number;
  /** The same in words. */
  words?: (n: number) => string;
}) {
  const open = useDerived(() => route.value.name === to, [to]);
  return (
    <a
      class="room-link"
      href={at(`/${to}`)}
      aria-current={open ? 'page' : undefined}
      data-testid={`go-${to}`}
      data-bold={number > 0}
      onClick={(event) => {
        if (opensElsewhere(event)) return;
        event.preventDefault();
        navigate(`/${to}`);
      }}
    >
      <span class="room-sign">
        <Icon name={icon} />
      </span>
      <span class="room-name">{label}</span>
      {number > 0 && (
        <span class="badge">
          <span aria-hidden="true">{count(number)}</span>
          <span class="visually-hidden">{words?.(number)}</span>
        </span>
      )}
    </a>
  );
}
