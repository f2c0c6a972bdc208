import { useEffect, useRef } from 'preact/hooks';
import { roomPath } from '../model/route';
import { leaveFor, navigate, route } from '../model/router';
import { narrow } from '../view/media';
import { membersShown, pinsShown, showMembers, showPins } from './ui';

/** Pixels: at least so far to the side, at most so far up or down. */
const FAR = 70;
const STRAIGHT = 40;

/** On a narrow screen a swipe to the right goes one pane back: from the members to the room, from the room to the list. */
export function useSwipeBack() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    const options = { signal: stop.signal, passive: true };
    let start: Touch | undefined;
    ref.current?.addEventListener(
      'touchstart',
      (event) => {
        start = event.touches.length === 1 ? event.touches[0] : undefined;
      },
      options,
    );
    ref.current?.addEventListener(
      'touchend',
      (event) => {
        const end = event.changedTouches[0];
        if (start && end && narrow.peek() && isSwipe(start, end)) back();
        start = undefined;
      },
      options,
    );
    return () => stop.abort();
  }, []);
  return ref;
}

function isSwipe(start: Touch, end: Touch): boolean {
  const rtl = document.documentElement.dir === 'rtl';
  const far = (end.clientX - start.clientX) * (rtl ? -1 : 1);
  return (
    far > FAR && Math.abs(end.clientY - start.clientY) < STRAIGHT && getSelection()?.isCollapsed !== false
  );
}

function back(): void {
  const here = route.peek();
  if (here.name === 'room' && here.thread !== null) leaveFor(roomPath(here.id));
  else if (pinsShown.peek()) showPins(false);
  else if (membersShown.peek()) showMembers(false);
  else if (here.name === 'room') navigate('/');
}
