import type { Deleted } from '@voxanne/contract';
import type { Upcoming } from './upcoming.queries.ts';

export const presentDeleted = (id: string, { count, until }: Upcoming): Deleted => ({
  success: true,
  id,
  appointments: count,
  until: until?.toISOString() ?? null,
  notices: count === 0 ? [] : [upcomingNotice(count)],
});

const upcomingNotice = (count: number): string =>
  count === 1
    ? 'One appointment is still coming up. It stays as it is.'
    : `${count} appointments are still coming up. They stay as they are.`;
