import type { Signal } from '@preact/signals';
import type { StatusEnd } from '../../model/ends';

/** My status as it is being filled in. `kept`: the end that it has already; it is `over` when that has come. */
export interface StatusDraft {
  readonly emoji: Signal<string>;
  readonly text: Signal<string>;
  readonly end: Signal<StatusEnd | 'kept'>;
  readonly over: Signal<boolean>;
}
