import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { clinicHeader } from './shown-clinic.ts';

const RETRY_MS = 3_000;
/** Requests are counted: an answer to a request older than the last failed one says nothing new. */
let begun = 0;
let failed = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/**
 * Whether Voxanne answers, as the last request found it. The browser's own word only starts a look: Voxanne may run
 * on the very computer that lost its network, and it can be down while the network is fine.
 */
function reportReachable(reachable: boolean): void {
  clearTimeout(retry);
  if (!reachable) retry = setTimeout(checkReachable, RETRY_MS);
  onlineManager.setOnline(reachable);
}

/** `fetch`, whose outcome says whether Voxanne can be reached; a request that was called off says nothing. */
export async function fetchFromVoxanne(path: string, init: RequestInit = {}): Promise<Response> {
  begun += 1;
  const mine = begun;
  try {
    const headers = { ...clinicHeader(), ...Object.fromEntries(new Headers(init.headers)) };
    const response = await fetch(path, { credentials: 'same-origin', ...init, headers });
    if (mine > failed) reportReachable(true);
    return response;
  } catch (error) {
    if (!init.signal?.aborted) {
      failed = begun;
      reportReachable(false);
    }
    throw error;
  }
}

/** Asks something that needs neither a session nor the database. */
export async function checkReachable(): Promise<void> {
  await fetchFromVoxanne('/api/mode', { cache: 'no-store' }).catch(() => undefined);
}

/** Makes this the only judge of being online: what waits for a connection starts when Voxanne answers again. */
export function watchReachability(): void {
  onlineManager.setEventListener(() => {
    const check = () => void checkReachable();
    window.addEventListener('online', check);
    window.addEventListener('offline', check);
    return () => {
      window.removeEventListener('online', check);
      window.removeEventListener('offline', check);
    };
  });
}

export const useReachable = (): boolean =>
  useSyncExternalStore(
    (onChange) => onlineManager.subscribe(onChange),
    () => onlineManager.isOnline(),
  );

/** The browser itself has no network, so nothing can have left it. */
export const isOffline = (): boolean => navigator.onLine === false;
