import { useEffect, useRef } from 'preact/hooks';
import { dismiss, hold, release, type Toast, type ToastAction, toasts } from '../model/toasts';
import { texts } from '../texts';
import { Button, IconButton } from './button';

export function Toasts() {
  return (
    <div class="toasts" role="status" data-testid="toasts">
      {toasts.value.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

/** What had the focus before one of them. */
let before: HTMLElement | null = null;

/** It waits as long as the pointer or the focus is on it. */
function ToastLine({ toast: { id, text, bad, action } }: { toast: Toast }) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    const at = { pointer: false, focus: false };
    const on = <K extends keyof HTMLElementEventMap>(
      kind: K,
      seen: (event: HTMLElementEventMap[K]) => Partial<typeof at>,
    ) => {
      const look = (event: HTMLElementEventMap[K]) => {
        Object.assign(at, seen(event));
        if (at.pointer || at.focus) hold(id);
        else release(id);
      };
      line.current?.addEventListener(kind, look, { signal: stop.signal });
    };
    // A finger that is lifted points at nothing any more.
    on('pointerenter', ({ pointerType }) => ({ pointer: pointerType !== 'touch' }));
    on('pointerleave', () => ({ pointer: false }));
    on('focusin', ({ relatedTarget }) => {
      if (relatedTarget instanceof HTMLElement && !relatedTarget.closest('.toasts')) before = relatedTarget;
      return { focus: true };
    });
    // While another window has the focus, it keeps it in this one.
    on('focusout', () => ({ focus: !document.hasFocus() }));
    return () => {
      stop.abort();
      release(id);
    };
  }, [id]);
  return (
    <div ref={line} class="toast" data-bad={bad} data-action={action !== null}>
      <span>{text}</span>
      {action && <ActionButton id={id} action={action} />}
      <IconButton icon="close" label={texts.close} onClick={() => leave(id)} />
    </div>
  );
}

/** Who pressed something in it goes on where they came from. */
function leave(id: number): void {
  if (document.activeElement?.closest('.toasts')) before?.focus();
  dismiss(id);
}

function ActionButton({ id, action }: { id: number; action: ToastAction }) {
  const run = () => {
    leave(id);
    action.run();
  };
  return (
    <Button look="bare" data-testid="toast-action" onClick={run}>
      {action.label}
    </Button>
  );
}
