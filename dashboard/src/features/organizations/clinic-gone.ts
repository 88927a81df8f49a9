import { useSyncExternalStore } from 'react';

let gone = false;
const listeners = new Set<() => void>();

/** What this page shows is of a clinic that the person doesn't work in anymore: they switched, left, or it is gone. */
export function clinicGone(): void {
  if (gone) return;
  gone = true;
  for (const listener of listeners) listener();
}

/** Until the page is loaded again. */
export const useClinicGone = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => gone,
  );
