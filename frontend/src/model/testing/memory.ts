/** Gives Node a localStorage, empty at first. */
export function useMemory(): void {
  const values = new Map<string, string>();
  const localStorage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    key: (i: number) => [...values.keys()][i] ?? null,
    get length() {
      return values.size;
    },
    removeItem: (key: string) => void values.delete(key),
  };
  Object.defineProperty(globalThis, 'localStorage', { value: localStorage, configurable: true });
}
