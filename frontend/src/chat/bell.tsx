import type { Room } from '../model/room';
import { texts } from '../texts';
import { IconButton } from '../view/button';
import { openPopup } from './popup';

const t = texts.sidebar;

/** In the header of a room: what I want to be told of it. */
export function Bell({ room }: { room: Room }) {
  const state = room.own.silenced.value ? 'silenced' : room.own.level.value;
  const quiet = state === 'silenced' || state === 'nothing';
  return (
    <IconButton
      icon={quiet ? 'bellOff' : 'bell'}
      class="room-bell"
      label={t.bell(t.bellStates[state])}
      data-testid="bell"
      data-state={state}
      onPress={(button) => openPopup({ name: 'bell', room }, button)}
    />
  );
}
