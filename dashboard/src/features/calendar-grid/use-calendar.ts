import { useQuery } from '@tanstack/react-query';
import type { Appointment, TimeOff } from '@voxanne/contract';
import { useMemo } from 'react';
import { dayKey } from '../../lib/format/zoned.ts';
import { appointmentsQuery } from '../appointments/api/appointments.ts';
import { usePendingMoves } from '../appointments/api/move-appointment.ts';
import { withPending } from '../appointments/pending-moves.ts';
import { providersQuery } from '../schedule/api/providers.ts';
import { timeOffQuery } from '../schedule/api/time-off.ts';
import type { CalendarSearch } from './calendar-search.ts';
import { type Column, columnsOf, peopleOf, piecesOf } from './columns.ts';
import { daysOf, type View, windowOf } from './days.ts';
import { useHeld } from './use-held.ts';

interface Wanted {
  view: View;
  date: string;
  provider: string | undefined;
  status: CalendarSearch['status'];
  timeZone: string;
}

const NONE: never[] = [];

const showsOf = (status: CalendarSearch['status']) => (one: Appointment) =>
  status === 'all' || (status === undefined ? one.status !== 'cancelled' : one.status === status);

/** What the visible days hold: read for these days alone, with what is being changed already in its new place. */
export function useSchedule({ view, date, provider, status, timeZone }: Wanted) {
  const days = useMemo(() => daysOf(view, date), [view, date]);
  const window = useMemo(() => windowOf(days, timeZone), [days, timeZone]);
  const range = useQuery(appointmentsQuery(window.from, window.to));
  const appointments = range.data?.appointments ?? NONE;
  const providers = useQuery(providersQuery);
  const timeOff = useQuery(timeOffQuery(days[0] ?? date, days.at(-1) ?? date));
  const off: TimeOff[] = timeOff.data ?? NONE;
  const pending = usePendingMoves();
  const { held, error: heldError, isPending: heldPending } = useHeld(window);

  const visible = useMemo(
    () =>
      withPending(appointments, pending).filter((one) =>
        piecesOf(one, timeZone).some(({ day }) => days.includes(day)),
      ),
    [appointments, pending, days, timeZone],
  );
  const people = useMemo(() => peopleOf(providers.data, visible), [providers.data, visible]);
  /** What the filters leave, soonest first. */
  const shown = useMemo(() => {
    const shows = showsOf(status);
    return visible
      .filter((one) => shows(one) && (provider === undefined || one.provider_id === provider))
      .filter((one) => days.includes(dayKey(one.scheduled_at, timeZone)))
      .toSorted((a, b) => Date.parse(a.scheduled_at) - Date.parse(b.scheduled_at));
  }, [visible, status, provider, days, timeZone]);
  const columns = useMemo(
    (): Column[] =>
      view === 'list'
        ? NONE
        : columnsOf({
            view,
            date,
            people,
            providerId: provider,
            appointments: visible,
            held: held ?? NONE,
            showsHeld: status === undefined || status === 'all' || status === 'held',
            shows: showsOf(status),
            timeOff: off,
            timeZone,
          }),
    [view, date, people, provider, visible, held, status, off, timeZone],
  );
  return {
    columns,
    shown,
    held: held ?? NONE,
    people,
    pendingIds: pending.map((move) => move.appointment.id).join(' '),
    /** Nothing of it has been read yet. Without the rules the hours would jump when they come. */
    isUnknown:
      range.data === undefined ||
      (range.isSuccess && (providers.isPending || timeOff.isPending || heldPending)),
    isLoading: range.isPlaceholderData,
    error: range.error,
    heldError,
    rulesError: providers.error ?? timeOff.error,
    retry: () => void range.refetch(),
  };
}
