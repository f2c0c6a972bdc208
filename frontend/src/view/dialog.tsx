import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../texts';
import { IconButton } from './button';
import { narrow } from './media';
import { Toasts } from './toasts';

/** What a dialog stands beside, in pixels of the window. */
export interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

/**
 * A modal dialog, open as long as it is rendered. Closing gives the focus back to where it was.
 * It shows the toasts itself: what is outside of it is out of reach while it is open.
 */
export function Dialog({
  title,
  about,
  lead,
  testid,
  wide = false,
  place,
  back,
  onClose,
  children,
}: {
  title: string;
  /** A line below the title. */
  about?: string;
  /** What stands before the title. */
  lead?: ComponentChildren;
  testid: string;
  /** As large as the screen allows: for what has parts of its own. */
  wide?: boolean;
  /** A small one, beside something, where the screen is wide enough for that. */
  place?: Place;
  /** A way back inside of the dialog, from a part to the whole. */
  back?: { readonly label: string; readonly run: () => void } | undefined;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const here = useRef(false);
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    if (dialog && !wide) focusField(dialog);
    here.current = true;
    return () => {
      // The event comes later, when perhaps another dialog is open.
      here.current = false;
      dialog?.close();
    };
  }, []);
  usePlace(ref, place);
  return (
    <dialog
      ref={ref}
      class={`dialog${wide ? ' dialog-wide' : ''}${place ? ' dialog-card' : ''}`}
      aria-labelledby={titleId}
      data-testid={testid}
      onClose={() => {
        if (here.current) onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) ref.current?.close();
      }}
    >
      <div class="dialog-frame">
        <header class="dialog-header">
          {back && <IconButton class="dialog-back" icon="back" label={back.label} onClick={back.run} />}
          {lead}
          <div class="dialog-titles">
            <h2 id={titleId} dir="auto">
              {title}
            </h2>
            {about && <p class="hint">{about}</p>}
          </div>
          <IconButton icon="close" label={texts.close} onClick={() => ref.current?.close()} />
        </header>
        {children}
      </div>
      <Toasts />
    </dialog>
  );
}

/** Who opens a form wants to fill it in: unless something else asks for the focus, the first field has it. */
function focusField(dialog: HTMLDialogElement): void {
  if (dialog.querySelector('[autofocus]')) return;
  dialog.querySelector<HTMLElement>(`form :is(${FIELDS}):enabled`)?.focus();
}

const FIELDS = 'input:not([type="hidden"], [readonly], [type="radio"]:not(:checked)), select, textarea';

const GAP = 8;

/** Keeps a dialog beside its place and inside of the window, also when either grows. */
function usePlace(ref: { readonly current: HTMLDialogElement | null }, place: Place | undefined): void {
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog || !place) return;
    const put = () => {
      if (narrow.peek()) {
        dialog.style.removeProperty('left');
        dialog.style.removeProperty('top');
        return;
      }
      const { width, height } = dialog.getBoundingClientRect();
      const after = place.right + GAP;
      const left = after + width + GAP <= innerWidth ? after : place.left - GAP - width;
      const top = Math.min(place.top, innerHeight - GAP - height);
      dialog.style.setProperty('left', `${Math.max(GAP, left)}px`);
      dialog.style.setProperty('top', `${Math.max(GAP, top)}px`);
    };
    const sizes = new ResizeObserver(put);
    sizes.observe(dialog);
    addEventListener('resize', put);
    put();
    return () => {
      sizes.disconnect();
      removeEventListener('resize', put);
    };
  }, [place]);
}
