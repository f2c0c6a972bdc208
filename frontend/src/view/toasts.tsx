import { dismiss, toasts } from '../model/toasts';
import { texts } from '../texts';
import { IconButton } from './button';

export function Toasts() {
  return (
    <div class="toasts" role="status" data-testid="toasts">
      {toasts.value.map((toast) => (
        <div key={toast.id} class="toast" data-bad={toast.bad}>
          <span>{toast.text}</span>
          <IconButton icon="close" label={texts.close} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
