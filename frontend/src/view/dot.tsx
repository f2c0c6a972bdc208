import type { ShownState } from '../model/people';
import { texts } from '../texts';

/** Shapes on a 13 × 13 grid whose outermost ring has the colour of the ground. */
const shapes: Record<ShownState, preact.ComponentChildren> = {
  online: <circle class="dot-mark" cx="6.5" cy="6.5" r="4.5" />,
  away: <path class="dot-mark" d="M6.9 2.02A4.5 4.5 0 1 0 10.98 6.1 3.3 3.3 0 0 1 6.9 2.02Z" />,
  'do-not-disturb': (
    <>
      <circle class="dot-mark" cx="6.5" cy="6.5" r="4.5" />
      <path class="dot-bar" d="M4.1 6.5h4.8" />
    </>
  ),
  offline: <circle class="dot-ring" cx="6.5" cy="6.5" r="3.6" />,
  // As others see it.
  invisible: <circle class="dot-ring" cx="6.5" cy="6.5" r="3.6" />,
};

/** How somebody is: each state has a colour and a shape. Without `named`, what stands beside it says it in words. */
export function Dot({ state, named = true }: { state: ShownState; named?: boolean }) {
  const words = texts.presence.states[state];
  const read = named ? ({ role: 'img', 'aria-label': words } as const) : { 'aria-hidden': true };
  return (
    <span class="presence" data-testid="presence" data-state={state} {...read}>
      <svg viewBox="0 0 13 13" aria-hidden="true" focusable="false">
        <circle class="dot-ground" cx="6.5" cy="6.5" r="6.5" />
        {shapes[state]}
      </svg>
    </span>
  );
}
