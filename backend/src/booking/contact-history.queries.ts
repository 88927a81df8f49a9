import type { Db } from '../platform/database.ts';
import { serviceNameOf } from '../schedule/index.ts';
import { excludeLapsedHolds } from './booking.queries.ts';

/** What a contact had and has to come: the latest 50, newest first. */
export function appointmentsOf(db: Db, orgId: string, contactId: string) {
  return db
    .selectFrom('appointments as a')
    .innerJoin('providers as p', (join) =>
      join.onRef('p.org_id', '=', 'a.org_id').onRef('p.id', '=', 'a.provider_id'),
    )
    .select([
      'a.id',
      'a.status',
      'a.scheduled_at',
      'a.duration_minutes',
      'a.service_type',
      serviceNameOf('a').as('service_name'),
      'a.provider_id',
      'p.name as provider_name',
    ])
    .where('a.org_id', '=', orgId)
    .where('a.contact_id', '=', contactId)
    .where('a.status', '<>', 'held')
    .where(excludeLapsedHolds('a'))
    .orderBy('a.scheduled_at', 'desc')
    .orderBy('a.id')
    .limit(50)
    .execute();
}
