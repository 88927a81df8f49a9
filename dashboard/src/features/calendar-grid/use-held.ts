import { useQuery } from '@tanstack/react-query';
import type { HeldTime } from '@voxanne/contract';
import { useEffect, useMemo, useState } from 'react';
import { heldTimesQuery } from '../appointments/api/held-times.ts';
import { nextExpiry, stillHeld } from '../appointments/held.ts';

/** The held times of some days. Each of them leaves the moment it runs out, also when no event says so. */
export function useHeld(window: { from: string; to: string }) {
  const { data, error, isPending } = useQuery(heldTimesQuery(window.from, window.to));
  const [now, setNow] = useState(Date.now);
  const all = data?.data;
  const next = nextExpiry(all ?? [], now);
  useEffect(() => {
    if (next === null) return;
    const leave = setTimeout(() => setNow(Math.max(Date.now(), next)), next - Date.now());
    return () => clearTimeout(leave);
  }, [next]);
  const held = useMemo(
    (): HeldTime[] | undefined => (all === undefined ? undefined : stillHeld(all, now)),
    [all, now],
  );
  return { held, error, isPending };
}
