import { dismiss, type ToastAction, toasts } from '../model/toasts';
import { texts } from '../texts';
import { Button, IconButton } from './button';

export function Toasts() {
  return (
    <div class="toasts" role="status" data-testid="toasts">
      {toasts.value.map((toast) => (
        <div key={toast.id} class="toast" data-bad={toast.bad}>
          <span>{toast.text}</span>
          {toast.action && <ActionButton id={toast.id} action={toast.action} />}
          <IconButton icon="close" label={texts.close} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}

function ActionButton({ id, action }: { id: number; action: ToastAction }) {
  const run = () => {
    dismiss(id);
    action.run();
  };
  return (
    <Button look="bare" data-testid="toast-action" onClick={run}>
      {action.label}
    </Button>
  );
}
