import { Alert, Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconCalendarOff, IconCalendarPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type Appointment, type HeldTime, hasRight } from '@voxanne/contract';
import { useState } from 'react';
import { asApiError } from '../../lib/api/api-error.ts';
import { idempotencyKey } from '../../lib/api/request.ts';
import { plural, spellTimeZone } from '../../lib/format/format.ts';
import { dayKey, instantAt } from '../../lib/format/zoned.ts';
import { Page } from '../../lib/ui/page.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { useNow } from '../../lib/ui/use-now.ts';
import { AppointmentDrawer } from '../appointments/appointment-drawer.tsx';
import { BookDrawer } from '../appointments/book-drawer.tsx';
import type { BookingPlace } from '../appointments/booking-values.ts';
import { DaySheet } from '../appointments/day-sheet.tsx';
import { HoldDrawer } from '../appointments/hold-drawer.tsx';
import { type Refused, RefusedDialog } from '../appointments/refused-dialog.tsx';
import { useMove } from '../appointments/use-changes.ts';
import { ReconnectBanner } from '../health/reconnect-banner.tsx';
import { meQuery } from '../identity/api/me.ts';
import { useRight } from '../identity/use-right.ts';
import { WithRight } from '../identity/with-right.tsx';
import classes from './calendar.module.css';
import type { CalendarSearch } from './calendar-search.ts';
import type { Column } from './columns.ts';
import type { View } from './days.ts';
import type { FreeTime } from './grid-column.tsx';
import { ListView } from './list-view.tsx';
import { TimeGrid } from './time-grid.tsx';
import { periodTitle, Toolbar } from './toolbar.tsx';
import { useSchedule } from './use-calendar.ts';

const route = getRouteApi('/app/calendar');

/** Until a closed drawer has returned the focus. */
const FOCUS_RETURNS_MS = 50;

export function CalendarPage() {
  const { view: asked, date: askedDate, provider, status, appointment } = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow(30_000);
  const me = useQuery(meQuery).data;
  const timeZone = me?.organization.time_zone ?? 'UTC';
  const isNarrow = useMediaQuery('(max-width: 47.99em)', undefined, { getInitialValueInEffect: false });
  const view: View = asked ?? (isNarrow ? 'list' : 'day');
  const today = dayKey(now, timeZone);
  const date = askedDate ?? today;
  const go = (change: Partial<CalendarSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), resetScroll: false });

  const [booking, setBooking] = useState<BookingPlace | 'anywhere' | null>(null);
  const [hold, setHold] = useState<HeldTime | null>(null);
  const [holdOpened, showHold] = useState(false);
  const openHold = (one: HeldTime) => {
    setHold(one);
    showHold(true);
  };
  const schedule = useSchedule({ view, date, provider, status, timeZone });
  const openBooking = ({ day, minute, providerId }: FreeTime) => {
    const at = instantAt(day, minute, timeZone);
    if (at === null) return;
    const providerName = schedule.people.find((one) => one.id === providerId)?.name;
    setBooking({ at: new Date(at).toISOString(), providerId, providerName });
  };
  // The free time that opened the drawer may be gone; the grid then says where the keyboard goes.
  const [, look] = useState(0);
  const lookAgain = () => void setTimeout(() => look((times) => times + 1), FOCUS_RETURNS_MS);
  const isOwner = me !== undefined && hasRight(me.role, 'appointments.overbook');
  const shared = { timeZone, now, onOpen: (id: string) => go({ appointment: id }) };
  return (
    <Page
      wide
      title="Calendar"
      hint={spellTimeZone(timeZone, now)}
      actions={
        <WithRight right="appointments.book">
          <Button
            leftSection={<IconCalendarPlus size={18} aria-hidden />}
            onClick={() => setBooking('anywhere')}
          >
            Book
          </Button>
        </WithRight>
      }
    >
      <div data-screen-only>
        <ReconnectBanner />
        <Toolbar
          {...{ view, date, today, provider, status, isNarrow }}
          people={schedule.people}
          onChange={go}
        />
        <Schedule
          {...{ view, date, provider, schedule, isOwner }}
          {...shared}
          onFree={openBooking}
          onHold={openHold}
        />
      </div>
      <DaySheet clinic={me?.organization.name ?? ''} appointments={schedule.shown} timeZone={timeZone} />
      <AppointmentDrawer
        id={appointment}
        people={schedule.people}
        timeZone={timeZone}
        isOwner={isOwner}
        onClose={() => go({ appointment: undefined })}
      />
      <HoldDrawer
        hold={hold}
        opened={holdOpened}
        isOver={!schedule.held.some((one) => one.hold_id === hold?.hold_id)}
        timeZone={timeZone}
        onClose={() => showHold(false)}
        onClosed={lookAgain}
      />
      <BookDrawer
        opened={booking !== null}
        onClose={() => setBooking(null)}
        onClosed={lookAgain}
        timeZone={timeZone}
        isOwner={isOwner}
        shown={{ day: date, providerId: provider }}
        {...(booking === null || booking === 'anywhere' ? {} : { place: booking })}
      />
    </Page>
  );
}

interface ScheduleProps {
  view: View;
  date: string;
  provider: string | undefined;
  schedule: ReturnType<typeof useSchedule>;
  isOwner: boolean;
  timeZone: string;
  now: number;
  onOpen: (id: string) => void;
  onFree: (time: FreeTime) => void;
  onHold: (hold: HeldTime) => void;
}

function Schedule(props: ScheduleProps) {
  const { view, date, provider, schedule, isOwner, timeZone, now, onOpen, onFree, onHold } = props;
  const mayBook = useRight('appointments.book');
  const [refused, setRefused] = useState<Refused | null>(null);
  const move = useMove(timeZone, (failed, error) => setRefused({ move: failed, error }));
  const { columns, people, shown, pendingIds, isLoading, error, heldError, rulesError, retry } = schedule;

  if (schedule.isUnknown) {
    return error === null ? (
      <LoadingRows rows={6} height={72} label="Loading the calendar" />
    ) : (
      <ErrorState
        title="We couldn’t load the calendar"
        error={error}
        stillWorks="Calls are still answered and booked; this page only shows them."
        onRetry={retry}
      />
    );
  }

  const drop = (item: Appointment, column: Column, minute: number) => {
    const instant = instantAt(column.day, minute, timeZone);
    if (instant === null) return;
    const at = new Date(instant).toISOString();
    const providerId = view === 'day' ? (column.providerId ?? item.provider_id) : item.provider_id;
    const providerName = people.find((one) => one.id === providerId)?.name ?? item.provider_name;
    move.mutate({
      appointment: item,
      to: { at, providerId, providerName },
      body: { scheduled_at: at, provider_id: providerId },
      key: idempotencyKey(),
    });
  };
  return (
    <>
      {rulesError === null ? null : (
        <Alert color="red" mb="sm" title="We couldn’t load the opening hours">
          {asApiError(rulesError).message} You can see appointments, but some free times may be missing.
        </Alert>
      )}
      {heldError === null ? null : (
        <Alert color="red" mb="sm" title="We couldn’t load the held times">
          {asApiError(heldError).message} A time that looks free here may be held for someone.
        </Alert>
      )}
      <p className={classes.state} role="status">
        {isLoading
          ? 'Loading appointments'
          : stateWords(shown.length, columns, dayKey(now, timeZone), mayBook)}
      </p>
      {view === 'list' ? (
        shown.length === 0 && !isLoading ? (
          <EmptyState icon={IconCalendarOff} title="Nothing is booked in these seven days">
            <span>Book one with the button above, or let the receptionist answer a call.</span>
          </EmptyState>
        ) : (
          <ListView appointments={shown} timeZone={timeZone} now={now} onOpen={onOpen} />
        )
      ) : people.length === 0 ? (
        <EmptyState icon={IconCalendarOff} title="No providers yet">
          <span>Add a provider with working hours in Settings, and they’ll get a column here.</span>
        </EmptyState>
      ) : (
        <TimeGrid
          columns={columns}
          label={periodTitle(view, date)}
          showProvider={view === 'week' && provider === undefined && people.length > 1}
          {...{ mayBook, pendingIds, timeZone, now, onOpen, onFree, onHold }}
          onMove={drop}
        />
      )}
      <RefusedDialog
        refused={refused}
        isOwner={isOwner}
        timeZone={timeZone}
        onClose={() => setRefused(null)}
        onRetry={(again) => {
          setRefused(null);
          move.mutate(again);
        }}
        onTake={({ appointment }, slot) => {
          setRefused(null);
          move.mutate({
            appointment,
            to: { at: slot.start, providerId: slot.provider_id, providerName: slot.provider_name },
            body: { slot_id: slot.slot_id },
            key: idempotencyKey(),
          });
        }}
        onAnyway={({ appointment, to, body }) => {
          setRefused(null);
          move.mutate({ appointment, to, body: { ...body, outside_hours: true }, key: idempotencyKey() });
        }}
        onOverbook={({ appointment, to, body }, reason) => {
          setRefused(null);
          move.mutate({ appointment, to, body: { ...body, overbook: true, reason }, key: idempotencyKey() });
        }}
      />
    </>
  );
}

function stateWords(count: number, columns: Column[], today: string, mayBook: boolean): string {
  if (count > 0) return plural(count, 'appointment');
  if (columns.length === 0) return '';
  if (columns.every((column) => column.day < today)) return 'Nothing was booked here.';
  if (columns.every((column) => column.opening.open.length === 0)) return 'Closed. No appointments.';
  return mayBook ? 'Nothing is booked here. Click a free time to book it.' : 'Nothing is booked here.';
}
