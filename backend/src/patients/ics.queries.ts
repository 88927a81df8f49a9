import type { Db } from '../platform/database.ts';
import { serviceNameOf } from '../schedule/index.ts';

/** What a calendar file contains; a hold and an empty row have none. No phone, no address, no notes. */
const shown = (db: Db, orgId: string) =>
  db
    .selectFrom('appointments as a')
    .innerJoin('providers as p', (join) =>
      join.onRef('p.org_id', '=', 'a.org_id').onRef('p.id', '=', 'a.provider_id'),
    )
    .innerJoin('leads as l', (join) =>
      join.onRef('l.org_id', '=', 'a.org_id').onRef('l.id', '=', 'a.contact_id'),
    )
    .select([
      'a.id',
      'a.status',
      'a.scheduled_at',
      'a.duration_minutes',
      'a.version',
      'a.created_at',
      'a.updated_at',
      'p.name as provider_name',
      'l.name as contact_name',
      serviceNameOf('a').as('service_name'),
    ])
    .where('a.org_id', '=', orgId)
    .where('a.status', '<>', 'held')
    // A hold that ended was never an appointment.
    .where((eb) => eb.or([eb('a.hold_expires_at', 'is', null), eb('a.status', '<>', 'cancelled')]));

export type IcsRow = Awaited<ReturnType<ReturnType<typeof shown>['execute']>>[number];

export function icsOfAppointment(db: Db, orgId: string, id: string): Promise<IcsRow | undefined> {
  return shown(db, orgId).where('a.id', '=', id).executeTakeFirst();
}

export function icsOfProvider(
  db: Db,
  orgId: string,
  providerId: string,
  range: { from: Date; limit: number },
): Promise<IcsRow[]> {
  return shown(db, orgId)
    .where('a.provider_id', '=', providerId)
    .where('a.scheduled_at', '>=', range.from)
    .orderBy('a.scheduled_at')
    .orderBy('a.id')
    .limit(range.limit)
    .execute();
}
