import type { WaitlistEntry, WaitlistRequest } from '@voxanne/contract';
import type { z } from 'zod';
import type { BookingContext } from '../booking/index.ts';
import { cleanContact, linesOf } from '../contacts/index.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { findService } from '../schedule/index.ts';
import { findClinic } from '../tenancy/index.ts';
import { presentEntry, readEntry, todayAt } from './present-waitlist.ts';
import { lastDayPassed, waitlistRefusal } from './waitlist.errors.ts';
import { joinWaitlist as writeEntry } from './waitlist.queries.ts';

/**
 * Puts a patient on the waitlist: a contact of the clinic, or a person who becomes one.
 * @throws {AppError} IN_THE_PAST, ALREADY_WAITING, or what is wrong with the patient or the service.
 */
export function joinWaitlist(
  { database, clock }: Pick<BookingContext, 'database' | 'clock'>,
  scope: TenantScope,
  request: z.output<typeof WaitlistRequest>,
  requestId: string,
): Promise<WaitlistEntry> {
  const { orgId } = scope;
  return database.withTenant(scope, async (db) => {
    const clinic = await findClinic(db, orgId);
    const today = todayAt(clinic, clock);
    if (request.latest_date !== undefined && request.latest_date < today) {
      throw lastDayPassed(request.latest_date, today);
    }
    const { name, phone, email, contact_id: contactId } = request;
    const contact =
      contactId === undefined && name !== undefined && phone !== undefined
        ? cleanContact({ name, phone, email }, clinic.country, {
            phone: null,
            lines: await linesOf(db, orgId),
          })
        : undefined;
    const service = await findService(db, orgId, request.service_type);
    const answer = await writeEntry(db, {
      orgId,
      contactId: contactId ?? null,
      name: contact?.name ?? null,
      phone: contact?.phone ?? null,
      email: contact?.email ?? null,
      serviceType: service.slug,
      providerId: request.provider_id ?? null,
      earliestDate: request.earliest_date ?? null,
      latestDate: request.latest_date ?? null,
      windows: request.windows,
      requestId,
    });
    if (!answer.success || !answer.waitlist_id) throw waitlistRefusal(answer.error);
    return presentEntry(await readEntry(db, orgId, answer.waitlist_id, clock));
  });
}
