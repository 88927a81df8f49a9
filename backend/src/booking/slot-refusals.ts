import type { Slot } from '@voxanne/contract';
import {
  type ClinicRules,
  closedFor,
  type Provider,
  type Reason,
  type Rules,
  spokenLength,
  type WantedSlot,
} from '../availability/index.ts';
import type { Query } from '../platform/database.ts';
import { clockRange, spokenDay } from '../platform/local-time/wording.ts';
import type { OrgId } from '../platform/tenant.ts';
import {
  deactivatedProviders,
  type ProviderReading,
  type RequestedProvider,
  readProvider,
  requestedErrors,
  type ServiceFacts,
} from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import type { Refused } from './changes.queries.ts';

/** Why a rule of the clinic forbids a time, in a sentence, with what is free instead. */
export function refusalFor(
  reason: Reason,
  {
    rules,
    clinicRules,
    service,
    start,
    able,
  }: { rules: Rules; clinicRules: ClinicRules; service: ServiceFacts; start: number; able: Provider[] },
  alternatives: Slot[],
): Error {
  const end = start + rules.durationMs;
  const [only, ...others] = able;
  const who = only && others.length === 0 ? only.name : undefined;
  const range = clockRange(new Date(start), new Date(end), rules.timeZone);
  switch (reason) {
    case 'past':
      return bookingErrors.inThePast(alternatives);
    case 'horizon':
      return bookingErrors.beyondHorizon(spokenDay(new Date(rules.horizon), rules.timeZone), alternatives);
    case 'notice':
      return bookingErrors.tooSoon(spokenLength(rules.noticeMs), alternatives);
    case 'calendar_stale':
      return bookingErrors.calendarStale(alternatives);
    case 'holiday':
      return bookingErrors.outsideHours(reason, closedFor(clinicRules.holidays, start, end), alternatives);
    default:
      return bookingErrors.outsideHours(
        reason,
        whyNobodyIsThere(reason, who ?? `No one who offers ${service.name}`, who !== undefined, range),
        alternatives,
      );
  }
}

function whyNobodyIsThere(reason: Reason, who: string, isNamed: boolean, range: string): string {
  switch (reason) {
    case 'time_off':
      return isNamed ? `${who} is away then (${range}).` : `${who} is in then (${range}).`;
    case 'break':
      return isNamed ? `${who} is on a break then (${range}).` : 'That time runs into a break.';
    default:
      return isNamed ? `${who} doesn't work then (${range}).` : `${who} works then (${range}).`;
  }
}

/** No bookable provider clearly matches: several could, or the one who does has left, or no one ever did. */
export const refusalOfNobody =
  (asked: RequestedProvider, who: ProviderReading<Provider>, staff: Provider[]): Refusal =>
  async (alternatives, ask, orgId) => {
    if (who.kind === 'anyone' || who.kind === 'one') return requestedErrors.nobodyThere();
    const names = who.choices.map(({ name }) => name).toSorted();
    if (who.kind === 'several') return requestedErrors.whichProvider(names);
    const left = readProvider(await ask(deactivatedProviders(orgId)), asked);
    if (left.kind === 'one') return bookingErrors.providerGone(left.provider.name, alternatives);
    if (asked.providerId !== undefined) return requestedErrors.unknownProvider([]);
    return names.length > 0
      ? requestedErrors.whichProvider(names)
      : requestedErrors.unknownProvider(staff.map(({ name }) => name).toSorted());
  };

/** May look for what the error should say; nothing is locked anymore then. */
export type Refusal = (alternatives: Slot[], ask: Query, orgId: OrgId) => Error | Promise<Error>;

/** It cannot be then: ends the transaction, so that the search for other times holds neither lock nor connection. */
export class SlotRefused extends Error {
  readonly slot: WantedSlot;
  readonly refusal: Refusal;

  constructor(slot: WantedSlot, refusal: Refusal) {
    super('The slot was refused.');
    this.slot = slot;
    this.refusal = refusal;
  }
}

/** What a function of the database refused, as an error; taken times with their alternatives. */
export function refusalOf({ error, message, existing_id }: Refused, slot: WantedSlot): Error {
  if (error === 'SLOT_UNAVAILABLE')
    return new SlotRefused(slot, (alternatives) => bookingErrors.taken(alternatives));
  if (error === 'ALREADY_BOOKED') return bookingErrors.alreadyBooked(existing_id);
  if (error === 'HOLD_EXPIRED') return new SlotRefused(slot, bookingErrors.holdExpired);
  return bookingErrors.refused(error, message);
}
