import { useQuery } from '@tanstack/react-query';
import type { AffectedAppointment } from '@voxanne/contract';
import { useState } from 'react';
import { meQuery } from '../identity/api/me.ts';
import { useRight } from '../identity/use-right.ts';

/** Staff and auditors look; owners and admins change. Until it is known, no one is refused. */
export function useMayChange(): boolean {
  return useRight('settings.edit');
}

export interface Said {
  notices: string[];
  affected?: AffectedAppointment[];
}

/** What the server said beside "saved", until it is put away. */
export function useNotices() {
  const [{ notices, affected = [] }, say] = useState<Said>({ notices: [] });
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  return { board: { notices, affected, timeZone, onClose: () => say({ notices: [] }) }, say };
}
