import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarPlus, IconPhoneCall } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatDay, groupByDay, plural, relativeDay, spellTimeZone } from '../../lib/format/format.ts';
import { dayKey, startOfDay } from '../../lib/format/zoned.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { useNow } from '../../lib/ui/use-now.ts';
import { appointmentsQuery } from '../appointments/api/appointments.ts';
import { AppointmentList } from '../appointments/appointment-list.tsx';
import { nextUp } from '../appointments/appointment-view.ts';
import { BookDrawer } from '../appointments/book-drawer.tsx';
import { DaySheet } from '../appointments/day-sheet.tsx';
import { HealthStrip } from '../health/health-strip.tsx';
import { meQuery } from '../identity/api/me.ts';
import { WithRight } from '../identity/with-right.tsx';
import { NeedsYou } from './needs-you.tsx';
import classes from './today-page.module.css';

export function TodayPage() {
  const now = useNow(30_000);
  const clinic = useQuery(meQuery).data?.organization;
  const timeZone = clinic?.time_zone ?? 'UTC';
  const [booking, drawer] = useDisclosure(false);
  return (
    <Page
      title="Today"
      hint={`${formatDay(now, timeZone)}, ${spellTimeZone(timeZone)}`}
      actions={
        <WithRight right="appointments.book">
          <Button leftSection={<IconCalendarPlus size={18} aria-hidden />} onClick={drawer.open}>
            New appointment
          </Button>
        </WithRight>
      }
    >
      <div className={classes.panels} data-screen-only>
        <HealthStrip />
        <NeedsYou {...{ timeZone, now }} />
        <Appointments timeZone={timeZone} now={now} />
      </div>
      <TodaySheet clinic={clinic?.name ?? ''} timeZone={timeZone} now={now} />
      <BookDrawer opened={booking} onClose={drawer.close} timeZone={timeZone} />
    </Page>
  );
}

function TodaySheet({ clinic, timeZone, now }: { clinic: string; timeZone: string; now: number }) {
  const { data } = useQuery(appointmentsQuery(startOfDay(now, timeZone).toISOString()));
  const today = dayKey(now, timeZone);
  const ofToday = (data?.appointments ?? []).filter((item) => dayKey(item.scheduled_at, timeZone) === today);
  return <DaySheet clinic={clinic} appointments={ofToday} timeZone={timeZone} />;
}

function Appointments({ timeZone, now }: { timeZone: string; now: number }) {
  const appointments = useQuery(appointmentsQuery(startOfDay(now, timeZone).toISOString()));
  if (appointments.error !== null && appointments.data === undefined) {
    return (
      <ErrorState
        title="We couldn’t load your appointments"
        error={appointments.error}
        stillWorks="Calls are still answered and booked; this page only shows them."
        onRetry={() => void appointments.refetch()}
      />
    );
  }
  if (appointments.data === undefined) {
    return (
      <Panel title="Today">
        <LoadingRows rows={4} height={60} label="Loading appointments" />
      </Panel>
    );
  }

  const all = appointments.data.appointments;
  if (all.length === 0) return <NoAppointments />;
  const today = dayKey(now, timeZone);
  const days = groupByDay(all, (item) => item.scheduled_at, timeZone);
  const shared = {
    timeZone,
    now,
    nextId: nextUp(all, now)?.id,
  };
  return (
    <>
      {days.some(([day]) => day === today) ? null : (
        <Panel title="Today">
          <p className={classes.quiet}>Nothing booked today.</p>
        </Panel>
      )}
      {days.map(([day, items]) => (
        <Panel
          key={day}
          title={relativeDay(items[0]?.scheduled_at ?? '', now, timeZone)}
          hint={plural(items.length, 'appointment')}
        >
          <AppointmentList appointments={items} {...shared} />
        </Panel>
      ))}
      {appointments.data.more ? (
        <p className={classes.quiet}>Showing only the next {all.length} appointments.</p>
      ) : null}
    </>
  );
}

function NoAppointments() {
  return (
    <Panel title="Appointments">
      <EmptyState icon={IconPhoneCall} title="No appointments yet">
        <p className={classes.quiet}>Call your receptionist and book the first one.</p>
        <Button component={Link} to="/setup" variant="light" mt="xs">
          Open the call panel
        </Button>
      </EmptyState>
    </Panel>
  );
}
