import type { Channel, Locks, SharedStorage, Tabs } from './environment';

/** localStorage, which throws where the person has switched it off. */
export const browserStorage: SharedStorage = {
  read(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Then it is not remembered.
    }
  },
  watch(changed, signal) {
    window.addEventListener('storage', changed, { signal });
  },
};

const channel: Channel = (name, heard, signal) => {
  const line = new BroadcastChannel(name);
  line.addEventListener('message', (event: MessageEvent<unknown>) => heard(event.data), { signal });
  signal.addEventListener('abort', () => line.close(), { once: true });
  return (message) => {
    if (!signal.aborted) line.postMessage(message);
  };
};

// Typed as if always there, but plain HTTP has none, except on the machine itself.
function locks(): Locks | null {
  const manager: LockManager | undefined = navigator.locks;
  if (!manager) return null;
  return {
    request: (name, signal, granted) => manager.request(name, { signal }, granted),
    steal: (name, granted) => manager.request(name, { steal: true }, granted),
  };
}

function keeps(memory: SharedStorage): boolean {
  const key = 'chatd.data.test';
  memory.write(key, key);
  const kept = memory.read(key) === key;
  memory.write(key, null);
  return kept;
}

// Where storage is refused a browser may refuse this too.
function talks(): boolean {
  try {
    new BroadcastChannel('chatd.data.test').close();
    return true;
  } catch {
    return false;
  }
}

/** What the tabs of this browser share. */
export function browserTabs(): Tabs {
  return {
    locks: locks(),
    storage: keeps(browserStorage) ? browserStorage : null,
    channel: talks() ? channel : null,
  };
}
