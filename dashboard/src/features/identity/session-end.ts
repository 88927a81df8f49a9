import { useSyncExternalStore } from 'react';

let ended = false;
const listeners = new Set<() => void>();

function set(next: boolean) {
  if (ended === next) return;
  ended = next;
  for (const listener of listeners) listener();
}

/** The server no longer knows the session: it ran out, or it was ended in another window. */
export const sessionEnded = () => set(true);

/** Signed in again, or gone to the sign-in page. */
export const sessionResumed = () => set(false);

export const useSessionEnded = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ended,
  );
