import type { Slot } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import { findAvailability } from '../availability/index.ts';
import { AppError } from '../platform/errors.ts';
import type { OpenedAppointment } from './open-patient-link.ts';
import type { PatientContext } from './patient-context.ts';
import type { DayList } from './patient-page.views.ts';

const DAYS = 14;

/** Where an appointment could move to: with its provider, or with anyone when that one is not there anymore. */
export async function findFreeDays(
  context: PatientContext,
  opened: OpenedAppointment,
  request: { day?: string | undefined; from?: string | undefined },
): Promise<DayList> {
  const { time_zone: timeZone } = opened.clinic;
  const today = dayOf(context.clock.now(), timeZone);
  const asked = Temporal.PlainDate.from(request.day ?? request.from ?? today);
  const first = Temporal.PlainDate.compare(asked, today) < 0 ? today : asked;
  const last = request.day === undefined ? first.add({ days: DAYS - 1 }) : first;
  const { appointment, scope } = opened;
  const query = { serviceType: appointment.service_type, from: first.toString(), to: last.toString() };
  const { slots, reasons } = await findAvailability(context, scope, {
    ...query,
    providerId: appointment.provider_id,
  }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'PROVIDER_NOT_FOUND') throw error;
    return findAvailability(context, scope, { ...query, firstPerStart: true });
  });
  const beyond = reasons.some(({ reason }) => reason === 'horizon');
  const before = first.subtract({ days: DAYS });
  return {
    days: byDay(slots, timeZone),
    earlier:
      Temporal.PlainDate.compare(first, today) > 0
        ? (Temporal.PlainDate.compare(before, today) < 0 ? today : before).toString()
        : undefined,
    later: beyond ? undefined : last.add({ days: 1 }).toString(),
  };
}

function byDay(slots: Slot[], timeZone: string): DayList['days'] {
  const days = new Map<string, Slot[]>();
  for (const slot of slots) {
    const date = dayOf(new Date(slot.start), timeZone).toString();
    const ofDay = days.get(date);
    // Several providers may have the same time free; a patient who moves chooses a time.
    if (!ofDay) days.set(date, [slot]);
    else if (!ofDay.some(({ start }) => start === slot.start)) ofDay.push(slot);
  }
  const format = (weekday: 'long' | 'short') =>
    new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', weekday, month: 'long', day: 'numeric' });
  const [long, short] = [format('long'), format('short')];
  return [...days].map(([date, ofDay]) => {
    const noon = new Date(`${date}T12:00Z`);
    return { date, slots: ofDay, label: long.format(noon), short: short.format(noon) };
  });
}

const dayOf = (at: Date, timeZone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
