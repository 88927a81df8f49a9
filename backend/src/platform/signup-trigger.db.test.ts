import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

describe('signing up', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());

  test('brings a clinic with a provider, two services and Monday to Friday, 9 to 17', async () => {
    const { orgId, scope } = await db.createOrganization({
      name: 'Bright Smiles',
      timeZone: 'Europe/Berlin',
    });
    const clinic = await db.database.withTenant(scope, async (tx) => ({
      organization: await tx.selectFrom('organizations').selectAll().executeTakeFirstOrThrow(),
      providers: await tx.selectFrom('providers').selectAll().execute(),
      services: await tx
        .selectFrom('services')
        .select(['slug', 'duration_minutes'])
        .orderBy('slug')
        .execute(),
      profile: await tx.selectFrom('profiles').select(['role', 'org_id']).executeTakeFirstOrThrow(),
    }));
    expect(clinic.organization).toMatchObject({
      id: orgId,
      name: 'Bright Smiles',
      time_zone: 'Europe/Berlin',
      booking_horizon_days: 365,
    });
    expect(clinic.providers).toHaveLength(1);
    expect(clinic.providers[0]?.working_hours).toEqual(
      Object.fromEntries(['1', '2', '3', '4', '5'].map((day) => [day, [['09:00', '17:00']]])),
    );
    expect(clinic.services).toEqual([
      { slug: 'consultation', duration_minutes: 30 },
      { slug: 'follow-up', duration_minutes: 15 },
    ]);
    expect(clinic.profile).toEqual({ role: 'owner', org_id: orgId });
  });

  test('works with nothing but an email address, and with values that make no sense', async () => {
    for (const meta of [
      {},
      {
        time_zone: 'Mars/Olympus',
        phone: 'call me',
        public_phone: '12',
        country: 'ZZZ',
        organization_name: '   ',
      },
    ]) {
      const { rows } = await db.owner.query(
        'insert into auth.users (email, raw_user_meta_data) values ($1, $2) returning org_id',
        [`${randomUUID()}@example.com`, JSON.stringify(meta)],
      );
      const org = await db.owner.query(
        'select name, phone, public_phone, time_zone, country from public.organizations where id = $1',
        [rows[0].org_id],
      );
      expect(org.rows[0]).toMatchObject({ phone: null, public_phone: null, time_zone: 'UTC', country: 'US' });
      expect(org.rows[0].name).toMatch(/'s clinic$/);
    }
  });

  test('keeps the organization when the metadata is overwritten from a stale copy', async () => {
    const { userId, orgId } = await db.createOrganization();
    const { rows } = await db.owner.query(
      `update auth.users set raw_app_meta_data = '{"provider":"email"}' where id = $1 returning raw_app_meta_data`,
      [userId],
    );
    expect(rows[0].raw_app_meta_data).toEqual({ provider: 'email', org_id: orgId });
  });

  test('is never blocked by a fault in making the clinic', async () => {
    const client = await db.owner.connect();
    try {
      await client.query('begin');
      await client.query('alter table public.organizations add constraint broken check (false) not valid');
      const { rows } = await client.query(
        `insert into auth.users (email) values ('stranded@example.com') returning org_id`,
      );
      expect(rows[0].org_id).toBeNull();
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
