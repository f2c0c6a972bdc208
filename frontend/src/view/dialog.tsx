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
  onClose,
  children,
}: {
  title: string;
  testid: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={titleId}
      data-testid={testid}
      onClose={onClose}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) ref.current?.close();
      }}
    >
      <div class="dialog-frame">
        <header class="dialog-header">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" label={texts.close} onClick={() => ref.current?.close()} />
        </header>
        {children}
      </div>
      <Toasts />
    </dialog>
  );
}
