import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type Appointment, AppointmentPage } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** More than any clinic has in a week; a page that asks forever would never show anything. */
const MAX_PAGES = 25;

export interface AppointmentList {
  appointments: Appointment[];
  /** There are more, which were not read. */
  more: boolean;
}

/**
 * Appointments by their time.
 * @param to - All that begin before it are read, page by page. Without it, the next hundred.
 */
export const appointmentsQuery = (from: string, to?: string) =>
  queryOptions({
    queryKey: ['appointments', 'list', from, to ?? ''],
    async queryFn({ signal }): Promise<AppointmentList> {
      const appointments: Appointment[] = [];
      const [pages, limit] = to === undefined ? [1, 100] : [MAX_PAGES, 200];
      let cursor: string | undefined;
      for (let page = 0; page < pages; page += 1) {
        const query = { from, to, limit, cursor };
        const { data, next_cursor } = await request(AppointmentPage, '/api/appointments', { query, signal });
        appointments.push(...data);
        if (next_cursor === null) return { appointments, more: false };
        cursor = next_cursor;
      }
      return { appointments, more: true };
    },
    // The days before stay on the screen until the new ones are there.
    placeholderData: keepPreviousData,
  });
