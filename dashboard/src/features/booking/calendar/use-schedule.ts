import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@voxanne/contract';
import { dayKey } from '../../../lib/format/zoned.ts';
import type { CalendarSearch } from '../../../routes/calendar.ts';
import { peopleOf, piecesOf } from './columns.ts';
import { daysOf, type View, windowOf } from './days.ts';
import { withPending } from './pending-moves.ts';
import { providersQuery, rangeQuery, timeOffQuery } from './schedule.api.ts';
import { usePendingMoves } from './use-changes.ts';

interface Wanted {
  view: View;
  date: string;
  provider: string | undefined;
  status: CalendarSearch['status'];
  timeZone: string;
}

/** What the visible days hold: read for these days alone, with what is being changed already in its new place. */
export function useSchedule({ view, date, provider, status, timeZone }: Wanted) {
  const days = daysOf(view, date);
  const window = windowOf(days, timeZone);
  const range = useQuery(rangeQuery(window.from, window.to));
  const providers = useQuery(providersQuery);
  const timeOff = useQuery(timeOffQuery(days[0] ?? date, days.at(-1) ?? date));
  const pending = usePendingMoves();

  const appointments = range.data && withPending(range.data, pending);
  const visible = (appointments ?? []).filter((one) =>
    piecesOf(one, timeZone).some(({ day }) => days.includes(day)),
  );
  const shows = (one: Appointment) =>
    status === 'all' || (status === undefined ? one.status !== 'cancelled' : one.status === status);
  return {
    appointments: appointments && visible,
    /** What the filters leave, soonest first. */
    shown: visible
      .filter(
        (one) =>
          shows(one) &&
          days.includes(dayKey(one.scheduled_at, timeZone)) &&
          (provider === undefined || one.provider_id === provider),
      )
      .toSorted((a, b) => Date.parse(a.scheduled_at) - Date.parse(b.scheduled_at)),
    shows,
    people: peopleOf(providers.data?.data, visible),
    timeOff: timeOff.data?.data ?? [],
    pendingIds: pending.map((move) => move.appointment.id).join(' '),
    isLoading: range.isPlaceholderData,
    error: range.error,
    rulesError: providers.error ?? timeOff.error,
    retry: () => void range.refetch(),
  };
}
