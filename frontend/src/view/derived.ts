import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';

/**
 * A value of signals and of what the component was given: the component is drawn again only when the value is another,
 * not whenever one of the signals is.
 */
export function useDerived<T>(compute: () => T, given: readonly unknown[]): T {
  return useMemo(() => computed(compute), given).value;
}
