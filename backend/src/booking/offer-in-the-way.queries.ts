import { type RawBuilder, sql } from 'kysely';

/** Until when the time that an undo would take back is kept for the waitlist; no row when anything else is in the way. */
export const openOfferInTheWay = (orgId: string, appointmentId: string): RawBuilder<{ until: Date }> =>
  sql`select max(o.expires_at) as until
    from appointments mine
    join appointments a on a.org_id = mine.org_id and a.id <> mine.id
      and a.provider_id = (mine.undoable ->> 'provider_id')::uuid
      and a.status in ('pending', 'held', 'confirmed', 'arrived')
      and not (a.status = 'held' and coalesce(a.hold_expires_at <= now(), false))
      -- Nothing is busy for longer than a day.
      and a.busy_from > (mine.undoable ->> 'busy_from')::timestamptz - interval '1 day'
      and a.busy_from < (mine.undoable ->> 'busy_to')::timestamptz
      and a.busy_to > (mine.undoable ->> 'busy_from')::timestamptz
    left join waitlist_offers o on o.org_id = a.org_id and o.hold_id = a.id and o.status = 'open'
    where mine.org_id = ${orgId} and mine.id = ${appointmentId}
    having count(*) > 0 and bool_and(o.id is not null)`;
