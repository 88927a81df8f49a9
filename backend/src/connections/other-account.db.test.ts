import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKeyring } from '../platform/crypto.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createConnections } from './connections.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const link = (account: string | null) => ({ status: 'connected' as const, account, secret: '{}' });

/** A clinic whose coming appointment is in the calendar of first@clinic.example. */
async function pushedToFirstAccount() {
  const connections = createConnections({
    database: db.database,
    keyring: createKeyring([{ id: 'k1', key: Buffer.alloc(32, 7) }]),
  });
  const { orgId } = await db.createOrganization();
  await connections.save(orgId, 'google', link('first@clinic.example'));
  await db.owner.query(
    `select public.book_appointment_atomic($1, 'Maria Lopez', null, '+14155550132', 'consultation', now() + interval '2 days', 30)`,
    [orgId],
  );
  await db.owner.query(
    `update public.appointments set sync_state = 'synced', calendar_event_id = 'x' where org_id = $1`,
    [orgId],
  );
  await db.owner.query(`update public.outbox set status = 'completed' where org_id = $1`, [orgId]);
  return { connections, orgId };
}

test('a calendar of another account gets the coming appointments too', async () => {
  const { connections, orgId } = await pushedToFirstAccount();
  const state = async () => {
    const { rows } = await db.owner.query(
      `select a.sync_state, a.calendar_event_id, o.status from public.appointments a
         join public.outbox o on o.org_id = a.org_id and o.topic = 'calendar.push' where a.org_id = $1`,
      [orgId],
    );
    return rows;
  };

  await connections.save(orgId, 'google', link('first@clinic.example'));
  expect(await state()).toEqual([{ sync_state: 'synced', calendar_event_id: 'x', status: 'completed' }]);

  await connections.save(orgId, 'google', link('second@clinic.example'));
  expect(await state()).toEqual([{ sync_state: 'pending', calendar_event_id: null, status: 'pending' }]);
});

test('an unlinked calendar is said to be unlinked by every coming appointment, and the next link pushes them', async () => {
  const { connections, orgId } = await pushedToFirstAccount();

  await connections.remove(orgId, 'google');
  const { rows: unlinked } = await db.owner.query(
    'select sync_state, calendar_event_id from public.appointments where org_id = $1',
    [orgId],
  );
  expect(unlinked).toEqual([{ sync_state: 'not_linked', calendar_event_id: null }]);

  await connections.save(orgId, 'google', link('third@clinic.example'));
  const { rows } = await db.owner.query(
    `select status from public.outbox where org_id = $1 and topic = 'calendar.push'`,
    [orgId],
  );
  expect(rows).toEqual([{ status: 'pending' }]);
});
