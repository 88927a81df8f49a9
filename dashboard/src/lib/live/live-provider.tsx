import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { ownChanges } from '../api/own-changes.ts';
import { fetchFromVoxanne } from '../api/reachability.ts';
import { everythingLive, makeStale } from '../api/staleness.ts';
import { type LiveStatus, startLiveStream } from './live-stream.ts';

const POLL_MS = 5_000;
const Status = createContext<LiveStatus>('connecting');

export const useLiveStatus = () => useContext(Status);

async function openEvents(lastEventId: string | null, signal: AbortSignal) {
  const response = await fetchFromVoxanne('/api/events', {
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
    },
    signal,
  });
  if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
  return response.body;
}

/** One stream a tab. Its events only make queries stale; while it is paused the visible ones are polled. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');

  useEffect(() => {
    return startLiveStream({
      open: openEvents,
      onOpen() {
        ownChanges.dropWaiting();
        void makeStale(queryClient, everythingLive);
      },
      onEvent: (event) => ownChanges.sift(event, () => void makeStale(queryClient, [event.type])),
      onStatus: setStatus,
    });
  }, [queryClient]);

  useEffect(() => {
    if (status !== 'paused') return;
    const poll = setInterval(() => void makeStale(queryClient, everythingLive), POLL_MS);
    return () => clearInterval(poll);
  }, [status, queryClient]);

  return <Status value={status}>{children}</Status>;
}
