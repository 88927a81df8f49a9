import { WaitlistEntry as Entry, type WaitlistEntry, WaitlistStatus } from '@voxanne/contract';
import { refusalOfTexts } from '../contacts/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database.ts';
import { localDate } from '../platform/local-time/local-date.ts';
import { type ClinicForBooking, findClinic } from '../tenancy/index.ts';
import { waitlistRefusal } from './waitlist.errors.ts';
import { type EntryRow, findEntry } from './waitlist.queries.ts';

/** Today's date at the clinic, which decides whether an entry is still open or over. */
export const todayAt = ({ time_zone: timeZone }: ClinicForBooking, clock: Clock): string =>
  localDate(clock.now(), timeZone).toString();

/**
 * An entry of this clinic as it is now.
 * @throws {AppError} WAITLIST_ENTRY_NOT_FOUND.
 */
export async function readEntry(db: Db, orgId: string, id: string, clock: Clock): Promise<EntryRow> {
  const row = await findEntry(db, orgId, id, todayAt(await findClinic(db, orgId), clock));
  if (!row) throw waitlistRefusal('WAITLIST_ENTRY_NOT_FOUND');
  return row;
}

/** An entry as the API has it. */
export const presentEntry = (row: EntryRow): WaitlistEntry => ({
  id: row.id,
  status: WaitlistStatus.parse(row.status),
  contact: {
    id: row.contact_id,
    name: row.contact_name,
    phone: row.contact_phone,
    email: row.contact_email,
    no_texts: refusalOfTexts(row.why_no_text),
  },
  service_type: row.service_type,
  service_name: row.service_name,
  provider_id: row.provider_id,
  earliest_date: row.earliest_date,
  latest_date: row.latest_date,
  windows: Entry.shape.windows.parse(row.windows),
  offers: Number(row.offers),
  offer:
    row.offered_at && row.offer_expires_at && row.offer_hold_id
      ? {
          hold_id: row.offer_hold_id,
          scheduled_at: row.offered_at.toISOString(),
          expires_at: row.offer_expires_at.toISOString(),
        }
      : null,
  appointment_id: row.appointment_id,
  created_at: row.created_at.toISOString(),
});
