import {
  type AvailabilityContext,
  availabilityErrors,
  type ClinicRules,
  isOnStep,
  mostSpecificReason,
  type Provider,
  type Reason,
  rulesFor,
  staffFor,
  violatedRule,
  type WantedSlot,
  workingWindowsOn,
} from '../availability/index.ts';
import { dayNumberOf, localDay, minuteOf } from '../platform/local-time/local-day.ts';
import { clockTime } from '../platform/local-time/wording.ts';
import {
  type ProviderReading,
  type RequestedProvider,
  readProvider,
  type ServiceFacts,
} from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { ChangeOrigin } from './changes.queries.ts';
import { refusalFor, refusalOfNobody, SlotRefused } from './slot-refusals.ts';

const MINUTE_MS = 60_000;

/** A time within the clinic's rules, and who may have it there; that no one else has it is SQL's promise. */
export interface BookableSlot extends WantedSlot {
  /** Of those asked for, who works for the whole of that time. SQL chooses among them inside its lock. */
  onDuty: string[];
  /** The rule that staff set aside on purpose: no one works then. */
  against?: HoursReason | undefined;
}

/** What staff may insist on; callers, patients and workers never can. */
export interface Insistence {
  /** Book although the provider does not work then. */
  outsideHours?: boolean | undefined;
  /** The patient is here: the start may have passed, as long as it is today. */
  alreadyHere?: boolean | undefined;
  /** Begin between the times at which the service begins. */
  offStep?: boolean | undefined;
  /** It is theirs already, and only what it is about changes: whether it could be booked now is not asked. */
  sameStart?: boolean | undefined;
}

const HOURS_REASONS = ['closed', 'too_short', 'break', 'holiday', 'time_off'] as const;

type HoursReason = (typeof HOURS_REASONS)[number];

const isAboutHours = (reason: Reason): reason is HoursReason =>
  (HOURS_REASONS as readonly Reason[]).includes(reason);

/** Signed-in people and their programs; not callers, patients by their links, or workers. */
export const isStaff = (by: ChangeOrigin['source']): boolean => by === 'dashboard' || by === 'api';

/** A start that staff may enter without a word about it: the patient sat down while the form was filled in. */
const JUST_PASSED_MS = 60 * MINUTE_MS;

/**
 * Checks a time against the rules of the clinic, by the same function that decides what is offered: past, notice,
 * horizon, who offers the service, opening hours, breaks, holidays, absences, calendars that are not known.
 * @throws {SlotRefused} by every rule, and when no provider matches; `inBookingTransaction` adds the alternatives.
 */
export function checkSlot(
  { clock }: Pick<AvailabilityContext, 'clock'>,
  clinicRules: ClinicRules,
  request: {
    service: ServiceFacts;
    at: Date;
    durationMinutes: number;
    provider: RequestedProvider;
    by: ChangeOrigin['source'];
    insist?: Insistence | undefined;
    /** It was offered, so it is a start, or a session that can be joined. */
    isOffered?: boolean | undefined;
  },
): BookableSlot {
  const { service, at, durationMinutes, insist } = request;
  const who = readProvider(clinicRules.staff, request.provider);
  const asked = matchingProviders(clinicRules.staff, who);
  const offering = staffFor(clinicRules, service);
  // Who is on the phone chooses among times; of all others those who name no one are shown with whom they book.
  const anyProvider = request.by === 'voice' && who.kind === 'anyone';
  const able = asked.filter((provider) => offering.includes(provider));
  const slot = {
    clinic: clinicRules.clinic,
    service,
    at,
    durationMinutes,
    providerIds: (able.length > 0 ? able : offering).map(({ id }) => id),
    anyProvider,
  };
  if (asked.length === 0) {
    throw new SlotRefused(slot, refusalOfNobody(request.provider, who, clinicRules.staff));
  }
  if (able.length === 0) {
    const names = asked.map(({ name }) => name).join(', ');
    throw new SlotRefused(slot, (alternatives) =>
      availabilityErrors.notOffered(names, service.name, alternatives),
    );
  }
  const start = at.getTime();
  const now = clock.now().getTime();
  const isHere =
    isStaff(request.by) &&
    (insist?.sameStart || (start <= now && start >= earliestHere(now, clinicRules, insist)));
  const rules = rulesFor(clinicRules, service, {
    now: isHere ? Math.min(now, start - 1) : now,
    durationMinutes,
    // The front desk sees who is standing there. Everyone else keeps the notice, programs too.
    ignoresNotice: request.by === 'dashboard' || isHere,
  });
  const day = localDay(dayNumberOf(start, rules.timeZone), rules.timeZone);
  const minute = minuteOf(day, start);
  const found = able.map((provider) => {
    const duty = workingWindowsOn(provider, day, rules.timeZone);
    return {
      id: provider.id,
      reason: violatedRule(rules, provider, duty, start),
      isStart: isOnStep(duty, minute, service.slot_step_minutes),
    };
  });
  const free = found.filter(({ reason }) => reason === undefined);
  const onDuty = free.filter(({ isStart }) => isStart || isHere || !keepsStep(request)).map(({ id }) => id);
  if (onDuty.length > 0) return { ...slot, onDuty };
  if (free.length > 0) {
    const said = clockTime(at, rules.timeZone);
    throw new SlotRefused(slot, (alternatives) =>
      bookingErrors.offStep(
        { service: service.name, stepMinutes: service.slot_step_minutes, at, said },
        alternatives,
      ),
    );
  }
  let why: Reason = 'closed';
  for (const { reason } of found) if (reason !== undefined) why = mostSpecificReason(why, reason);
  if (insist?.outsideHours && isStaff(request.by) && isAboutHours(why)) {
    const willing = found.filter(({ reason }) => reason !== undefined && isAboutHours(reason));
    return { ...slot, onDuty: willing.map(({ id }) => id), against: why };
  }
  throw new SlotRefused(slot, (alternatives) =>
    refusalFor(why, { rules, clinicRules, service, start, able }, alternatives),
  );
}

/**
 * Who cannot see the calendar keeps to the starts of the service: one between them costs three others. A group meets
 * when it meets.
 */
const keepsStep = ({ by, service, insist, isOffered }: Parameters<typeof checkSlot>[2]): boolean =>
  (by === 'voice' || (by === 'api' && !insist?.offStep)) &&
  !insist?.sameStart &&
  !isOffered &&
  service.capacity === 1;

/** Since when a start can be that of a patient who is here. */
function earliestHere(now: number, { clinic }: ClinicRules, insist: Insistence | undefined): number {
  if (!insist?.alreadyHere) return now - JUST_PASSED_MS;
  return localDay(dayNumberOf(now, clinic.time_zone), clinic.time_zone).starts;
}

const matchingProviders = (staff: Provider[], who: ProviderReading<Provider>): Provider[] =>
  who.kind === 'anyone' ? staff : who.kind === 'one' ? [who.provider] : [];
