/** What stands in the place of something that is being loaded, and the way to more of it. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useCallback, useEffect } from 'preact/hooks';
import { texts } from '../texts';
import { Button } from './button';

export interface Loading {
  readonly failed: ReadonlySignal<boolean>;
  readonly again: () => void;
}

/** Loads when a part of the page appears, and again on demand. */
export function useLoading(load: () => Promise<void>): Loading {
  const failed = useSignal(false);
  const again = useCallback(() => {
    failed.value = false;
    load().catch(() => {
      failed.value = true;
    });
  }, []);
  useEffect(again, [again]);
  return { failed, again };
}

export function LoadFailed({ loading, text }: { loading: Loading; text: string }) {
  return (
    <div role="alert">
      {loading.failed.value && (
        <p class="load-failed">
          {text}
          <Button onClick={loading.again}>{texts.retry}</Button>
        </p>
      )}
    </div>
  );
}

/** Brings the next page of a long list. */
export function MoreButton({
  more,
  load,
  testid,
}: {
  more: ReadonlySignal<boolean>;
  load: () => Promise<void>;
  testid: string;
}) {
  const busy = useSignal(false);
  const failed = useSignal(false);
  if (!more.value) return null;
  const run = async () => {
    if (busy.value) return;
    busy.value = true;
    failed.value = false;
    try {
      await load();
    } catch {
      failed.value = true;
    } finally {
      busy.value = false;
    }
  };
  return (
    <div class="more">
      <div role="alert">{failed.value && <p class="hint">{texts.errors.unreachable}</p>}</div>
      <Button busy={busy.value} aria-disabled={busy.value} data-testid={testid} onClick={() => void run()}>
        {texts.showMore}
      </Button>
    </div>
  );
}
