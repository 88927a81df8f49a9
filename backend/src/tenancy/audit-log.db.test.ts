import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { writeAudit } from './index.ts';

describe('the audit log', () => {
  let db: TestDatabase;
  let clinic: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    clinic = await db.createOrganization();
  });
  afterAll(() => db.close());

  const write = (scope: { userId: string | null }, entry: { action?: string; after?: object } = {}) =>
    db.database.withTenant({ orgId: clinic.orgId, ...scope }, (tx) =>
      writeAudit(tx, {
        action: 'provider.changed',
        objectId: 'p1',
        before: { name: 'Ada' },
        after: { name: 'Ada L.' },
        requestId: 'r1',
        ...entry,
      }),
    );
  const rows = async (action: string) =>
    (
      await db.owner.query(
        `select org_id, actor_type, actor_id, object_type, object_id, before, after, request_id from public.audit_log
         where org_id = $1 and action = $2 order by id`,
        [clinic.orgId, action],
      )
    ).rows;

  test('names the clinic and the person of the transaction, and what the action is done to', async () => {
    await write({ userId: clinic.userId });
    expect(await rows('provider.changed')).toEqual([
      {
        org_id: clinic.orgId,
        actor_type: 'user',
        actor_id: clinic.userId,
        object_type: 'provider',
        object_id: 'p1',
        before: { name: 'Ada' },
        after: { name: 'Ada L.' },
        request_id: 'r1',
      },
    ]);
  });

  test.each(['appointment.cancelled', 'delivery.replayed', 'organization.created', 'made.up', ''])(
    'does not take %j by hand: the function that does it says so itself',
    async (action) => {
      await expect(write({ userId: clinic.userId }, { action })).rejects.toMatchObject({ code: '42501' });
      expect((await rows(action)).filter((row) => row.object_id === 'p1')).toEqual([]);
    },
  );

  test('does not take an entry that no one signed', async () => {
    await expect(write({ userId: null })).rejects.toThrow('a signed-in person');
  });

  const INSERT = (orgId: string) => sql`insert into audit_log (org_id, actor_type, action, object_type)
    values (${orgId}, 'user', 'provider.changed', 'provider')`;
  test('takes no row that is made by hand, from no role of ours', async () => {
    const work = { userId: clinic.userId, orgId: clinic.orgId };
    const attempts = [
      () => db.database.withTenant(work, (tx) => INSERT(clinic.orgId).execute(tx)),
      () =>
        db.database.withTenant({ orgId: clinic.orgId, userId: null }, (tx) =>
          INSERT(clinic.orgId).execute(tx),
        ),
      () => db.database.withService((tx) => INSERT(clinic.orgId).execute(tx)),
      () => asRole('authenticated'),
      () => asRole('service_role'),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: '42501' });
  });
  async function asRole(role: string): Promise<void> {
    const client = await db.owner.connect();
    try {
      await client.query(`begin; set local role ${role}`);
      await client.query(
        `insert into public.audit_log (org_id, actor_type, action, object_type) values ($1, 'user', 'a.b', 'c')`,
        [clinic.orgId],
      );
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  test.each([
    { before: { name: 'Maria Lopez' } },
    { after: { name: 'Maria Lopez' } },
    { after: { fields: ['name'], phone: '+14155550132' } },
    { after: { fields: ['+14155550132'] } },
    { after: { fields: ['Maria Lopez'] } },
    { after: { fields: [{ name: 'x' }] } },
  ])('of a contact holds names of fields and nothing else: %j is refused', async (entry) => {
    const attempt = write({ userId: clinic.userId }, {
      action: 'contact.changed',
      before: null,
      ...entry,
    } as object);
    await expect(attempt).rejects.toMatchObject({ code: '23514' });
  });

  test('is never changed, not even by the owner of the table', async () => {
    await write({ userId: clinic.userId });
    for (const change of [
      'update audit_log set action = $$x$$',
      'delete from audit_log',
      'truncate audit_log',
    ])
      await expect(db.owner.query(change)).rejects.toThrow('append-only');
  });

  test('keeps what was done when the reason is erased with its appointment', async () => {
    const { rows: booked } = await db.owner.query(
      `select public.book_appointment_atomic($1, 'Maria Lopez', null, '+14155550132', 'consultation',
         '2030-01-07T15:00:00Z', 30, p_reason => 'Her mother is ill') ->> 'appointment_id' as id`,
      [clinic.orgId],
    );
    const { id } = booked[0];
    const reasons = async () =>
      (await db.owner.query('select reason from public.appointment_reasons where appointment_id = $1', [id]))
        .rows;
    expect(await reasons()).toEqual([{ reason: 'Her mother is ill' }]);
    await db.owner.query('delete from public.appointments where id = $1', [id]);
    expect(await reasons()).toEqual([]);
    const [kept] = (await rows('appointment.booked')).filter((row) => row.object_id === id);
    expect(kept).toMatchObject({ after: { reason_given: true } });
    expect(JSON.stringify(kept)).not.toMatch(/mother|ill|Maria/);
  });

  test('a row by a person who asked under another clinic goes to the clinic of the transaction', async () => {
    const me = randomUUID();
    await write({ userId: me }, { action: 'feed.made' });
    expect((await rows('feed.made')).at(-1)).toMatchObject({ org_id: clinic.orgId, actor_id: me });
  });
});
