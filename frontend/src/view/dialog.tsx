import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../texts';
import { IconButton } from './button';
import { Toasts } from './toasts';

/**
 * A modal dialog, open as long as it is rendered. Closing gives the focus back to where it was.
 * It shows the toasts itself: what is outside of it is out of reach while it is open.
 */
export function Dialog({
  title,
  testid,
  wide = false,
  back,
  onClose,
  children,
}: {
  title: string;
  testid: string;
  /** As large as the screen allows: for what has parts of its own. */
  wide?: boolean;
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
    here.current = true;
    return () => {
      // The event comes later, when perhaps another dialog is open.
      here.current = false;
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
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
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" label={texts.close} onClick={() => ref.current?.close()} />
        </header>
        {children}
      </div>
      <Toasts />
    </dialog>
  );
}
