import type { ContactDetail, ContactSummary } from '@voxanne/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appointmentsOf } from '../booking/contact-history.queries.ts';
import { createHttpServer, type HttpServer } from '../platform/http.ts';
import { createLogger } from '../platform/logger.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import {
  createTestDatabase,
  signedInAs,
  type TestDatabase,
  type TestOrganization,
} from '../testing/index.ts';
import { fillMissingDetails } from './contacts.queries.ts';
import { registerContactRoutes } from './contacts.routes.ts';

describe('the patients of a clinic', () => {
  let db: TestDatabase;
  let server: HttpServer;
  let clinic: TestOrganization;
  let neighbour: TestOrganization;
  let signedIn: TestOrganization;
  let hour = 0;
  beforeAll(async () => {
    db = await createTestDatabase();
    clinic = await db.createOrganization();
    neighbour = await db.createOrganization({ name: 'Next Door' });
    signedIn = clinic;
    server = createHttpServer({ log: createLogger('silent'), trustProxyHops: 0 });
    registerContactRoutes(server, {
      database: db.database,
      clock: fixedClock('2029-12-01T00:00:00Z'),
      cursorKey: Buffer.alloc(32, 7),
      tenantResolver: signedInAs(
        () => signedIn,
        () => 'staff',
      ),
      appointmentsOf,
    });
  });
  afterAll(async () => {
    await server.close();
    await db.close();
  });

  const ask = async (method: 'GET' | 'PATCH', url: string, body?: object) => {
    const answer = await server.inject({ method, url, ...(body ? { payload: body } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const names = async (query: string): Promise<string[]> => {
    const { status, body } = await ask('GET', `/api/contacts?${query}`);
    expect(status).toBe(200);
    return body.data.map((row: ContactSummary) => row.name);
  };
  const booked = async (name: string, phone: string, email: string | null = null, of = clinic) => {
    hour += 1;
    const { rows } = await db.owner.query(
      `select public.book_appointment_atomic($1, $2, $3, $4, 'consultation',
         '2030-01-07T00:00:00Z'::timestamptz + make_interval(hours => $5), 30) as answer`,
      [of.orgId, name, email, phone, hour],
    );
    return rows[0].answer as { contact_id: string; appointment_id: string };
  };
  const change = (id: string, patch: object) => ask('PATCH', `/api/contacts/${id}`, patch);
  const auditOf = async (id: string) =>
    (await db.owner.query('select * from public.audit_log where object_id = $1 order by id', [id])).rows;
  const eventsOf = async (id: string) =>
    (
      await db.owner.query(
        "select type from public.events where data ->> 'contact_id' = $1 and type = 'contact.updated'",
        [id],
      )
    ).rows.length;

  test('come by name, page by page, each once', async () => {
    const own = await db.createOrganization();
    for (const name of ['Cora Bell', 'Ana Silva', 'Ben Ode', 'Ana Silva', 'Dan Ek']) {
      await booked(name, `+1415555${String(1000 + hour)}`, null, own);
    }
    signedIn = own;
    const seen: ContactSummary[] = [];
    let cursor: string | null = '';
    do {
      const { body } = await ask('GET', `/api/contacts?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...body.data);
      cursor = body.next_cursor;
    } while (cursor !== null);
    signedIn = clinic;
    expect(seen.map(({ name }) => name)).toEqual([
      'Ana Silva',
      'Ana Silva',
      'Ben Ode',
      'Cora Bell',
      'Dan Ek',
    ]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(5);
    expect(seen[0]).toMatchObject({ status: 'pending', phone_flag: null });
    expect(seen[0]?.next_appointment_at).toMatch(/^2030-01-/);
  });

  test('are found by parts of name, email address and number, with or without accents', async () => {
    await booked('José Ortega', '+442079460958', 'pepe@example.com');
    expect(await names('search=jose')).toEqual(['José Ortega']);
    expect(await names('search=orte%20jos')).toEqual(['José Ortega']);
    expect(await names('search=JOS%C3%89')).toEqual(['José Ortega']);
    expect(await names('search=pepe@')).toEqual(['José Ortega']);
    expect(await names('search=PEPE@Example')).toEqual(['José Ortega']);
    expect(await names('search=example.com%20jos')).toEqual(['José Ortega']);
    expect(await names('search=020%207946')).toEqual(['José Ortega']);
    expect(await names('search=+44%2020')).toEqual(['José Ortega']);
    expect(await names('search=jos_')).toEqual([]);
    for (const odd of ["jos'", 'jos\\', "':*", 'jos | x', '!jos', 'a'.repeat(120), '(', "@'"]) {
      expect(await names(`search=${encodeURIComponent(odd)}`), odd).toEqual(
        odd === "jos'" || odd === 'jos\\' ? expect.any(Array) : [],
      );
    }
    expect(await names('search=%25')).toEqual([]);
    expect(await names('search=%00')).toContain('José Ortega');
    expect(await names('status=archived')).toEqual([]);
  });

  test.each([
    ['Łukasz Żółty', ['lukasz', 'zolty luk', 'ŁUKASZ', 'Zolty, Lukasz', 'Mr. Lukasz']],
    ['Søren Ærø', ['soren', 'aero', 'soeren']],
    ['Jürgen Weiß', ['jurgen weiss', 'juergen', 'Weiß']],
    ['Conan O’Brien', ['obrien', "o'brien", 'o’brien conan', 'o brien']],
    ['Maria de la Cruz', ['delacruz', 'de la cruz', 'cruz']],
    ['Maryann Smith-Jones', ['smith jones', 'smithjones', 'Jones-', 'maryann']],
    ['İbrahim Işık', ['ibrahim', 'isik', 'Işık']],
    ['Đặng Þóra', ['dang', 'thora']],
    ['李明', ['李', '李明']],
  ])('%s is found by other ways of writing it', async (name, searches) => {
    await booked(name, '+442079460959');
    for (const search of searches)
      expect(await names(`search=${encodeURIComponent(search)}`), search).toContain(name);
    expect(await names('search=brie')).not.toContain('Conan O’Brien');
  });

  test('refuse a cursor that was not given out here', async () => {
    expect((await ask('GET', '/api/contacts?cursor=bm9wZQ')).body.code).toBe('INVALID_CURSOR');
    expect((await ask('GET', '/api/contacts?status=lost')).body.code).toBe('VALIDATION_FAILED');
  });

  test('are shown one by one, with their appointments, the newest first', async () => {
    const first = await booked('Rosa Diaz', '+14155550150', 'rosa@gmial.com');
    const second = await booked('rosa DIAZ', '+14155550150');
    expect(second.contact_id).toBe(first.contact_id);
    const { status, body } = await ask('GET', `/api/contacts/${first.contact_id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Rosa Diaz', email_suggestion: 'rosa@gmail.com', notes: null });
    expect(body.appointments.map(({ id }: { id: string }) => id)).toEqual([
      second.appointment_id,
      first.appointment_id,
    ]);
  });

  test('change by the rules of a booking; audit log and screens hear of it once', async () => {
    const { contact_id: id } = await booked('Jhon Smyth', '+15554443333', 'jon@example.com');
    await db.owner.query("update public.leads set proposed_email = 'new@example.com' where id = $1", [id]);
    const events = await eventsOf(id);
    const { status, body } = await change(id, {
      name: 'dr. john mcdonald-smith',
      phone: '(415) 555-0151 ext. 9',
      email: 'John dot Smith at gmail dot com',
      status: 'active',
      notes: ' Prefers mornings.\r\n',
    });
    expect(status).toBe(200);
    expect(body as ContactDetail).toMatchObject({
      name: 'John McDonald-Smith',
      title: 'Dr.',
      phone: '+14155550151',
      phone_extension: '9',
      phone_flag: null,
      email: 'john.smith@gmail.com',
      proposed_email: null,
      status: 'active',
      notes: 'Prefers mornings.',
    });
    const [audited, ...more] = await auditOf(id);
    expect(more).toEqual([]);
    expect(audited).toMatchObject({
      action: 'contact.changed',
      object_type: 'contact',
      actor_type: 'user',
      actor_id: clinic.userId,
      before: null,
      after: {
        fields: [
          'email',
          'name',
          'notes',
          'phone',
          'phone_extension',
          'phone_flag',
          'proposed_email',
          'status',
          'title',
        ],
      },
    });
    expect(await eventsOf(id)).toBe(events + 1);
  });

  test('write nothing when nothing changes', async () => {
    const { contact_id: id } = await booked('Ida Same', '+14155550152');
    expect((await change(id, { name: 'Ida Same', phone: '415 555 0152' })).status).toBe(200);
    expect(await auditOf(id)).toEqual([]);
    expect((await change(id, {})).body.code).toBe('VALIDATION_FAILED');
  });

  test('keep the case that staff typed on purpose', async () => {
    const { contact_id: id } = await booked('bell hooks', '+14155550153');
    expect((await change(id, { name: 'bell hooks' })).body.name).toBe('bell hooks');
  });

  test('flag a number abroad that no operator gives out', async () => {
    const { contact_id: id } = await booked('Eva Braun-Klein', '+14155550154');
    expect((await change(id, { phone: '+972 50 123 4567' })).body.phone_flag).toBe('unassigned');
    expect((await change(id, { phone: '+44 20 7946 0958' })).body.phone_flag).toBeNull();
  });

  test('lose an email address, a title and notes by null, and a proposal too', async () => {
    const { contact_id: id } = await booked('Max Null', '+14155550155', 'max@example.com');
    await db.owner.query(
      "update public.leads set proposed_email = 'm@example.com', title = 'Dr.' where id = $1",
      [id],
    );
    expect((await change(id, { proposed_email: null })).body).toMatchObject({
      email: 'max@example.com',
      proposed_email: null,
    });
    expect((await change(id, { email: null, title: null, notes: '' })).body).toMatchObject({
      email: null,
      title: null,
      notes: null,
    });
  });

  test('stay as they are when a field is wrong', async () => {
    const { contact_id: id } = await booked('Nora Firm', '+14155550156', 'nora@example.com');
    const before = (await ask('GET', `/api/contacts/${id}`)).body;
    for (const [patch, code] of [
      [{ name: "'; drop table leads; --" }, 'INVALID_NAME'],
      [{ name: 'unknown' }, 'INVALID_NAME'],
      [{ name: '\u202e\u200b' }, 'INVALID_NAME'],
      [{ name: 'Nora\u0000' }, 'VALIDATION_FAILED'],
      [{ name: 'a'.repeat(10_000) }, 'VALIDATION_FAILED'],
      [{ phone: '911' }, 'INVALID_PHONE'],
      [{ phone: '555-555-5555' }, 'INVALID_PHONE'],
      [{ phone: null }, 'VALIDATION_FAILED'],
      [{ email: 'nora' }, 'INVALID_EMAIL'],
      [{ status: 'gone' }, 'VALIDATION_FAILED'],
      [{ notes: '\ud800' }, 'VALIDATION_FAILED'],
      [{ org_id: neighbour.orgId }, 'VALIDATION_FAILED'],
      [{ status: 'active', phone: 'unknown' }, 'INVALID_PHONE'],
    ] as const) {
      const answer = await change(id, patch);
      expect([answer.status, answer.body.code], JSON.stringify(patch).slice(0, 80)).toEqual([400, code]);
    }
    expect((await ask('GET', `/api/contacts/${id}`)).body).toEqual(before);
    expect(await auditOf(id)).toEqual([]);
  });

  test('are not made the same person twice, and the answer says which one it is', async () => {
    const one = await booked('Lea Roth', '+14155550157');
    const two = await booked('Lea Roht', '+14155550157');
    const answer = await change(two.contact_id, { name: 'LEA ROTH' });
    expect([answer.status, answer.body.code, answer.body.contact_id]).toEqual([
      409,
      'CONTACT_EXISTS',
      one.contact_id,
    ]);
    expect(answer.body.detail).toMatch(/same name and phone number/);
    expect(await auditOf(two.contact_id)).toEqual([]);
    const raced = await Promise.all(
      [one, two].map(({ contact_id }) => change(contact_id, { name: 'Lea Rothe' })),
    );
    expect(raced.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('another clinic’s patients are not there', async () => {
    const { contact_id: theirs } = await booked('Secret Person', '+14155550158', null, neighbour);
    expect(await names('search=secret')).toEqual([]);
    for (const id of [theirs, '00000000-0000-0000-0000-000000000000']) {
      for (const answer of [
        await ask('GET', `/api/contacts/${id}`),
        await change(id, { status: 'archived' }),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([404, 'CONTACT_NOT_FOUND']);
      }
    }
    const { rows } = await db.owner.query('select status from public.leads where id = $1', [theirs]);
    expect(rows[0].status).toBe('pending');
  });

  test('have no number of the clinic’s machines, but may have the owner’s', async () => {
    const { contact_id: id } = await booked('Vera Own', '+14155550161');
    await db.owner.query(
      `insert into public.connections (org_id, provider, status, details) values ($1, 'vapi', 'connected', $2)`,
      [clinic.orgId, { phone_number: '+12125550177', phone_number_id: 'p-1' }],
    );
    await db.owner.query(`update public.organizations set phone = '+12125550178' where id = $1`, [
      clinic.orgId,
    ]);
    const { status, body } = await change(id, { phone: '(212) 555-0177' });
    expect([status, body.code]).toEqual([400, 'INVALID_PHONE']);
    expect(body.detail).toBe('That’s the clinic’s own number. Ask for the patient’s number.');
    expect((await change(id, { phone: '(212) 555-0178' })).body).toMatchObject({ phone: '+12125550178' });
    expect((await change(id, { notes: 'rings back' })).status).toBe(200);
  });

  test('have the number from staff once they changed it, and it proves nothing then', async () => {
    const { contact_id: id } = await booked('Wim Staff', '+14155550162');
    const origin = async () =>
      (await db.owner.query('select phone_source, phone_verified_at from public.leads where id = $1', [id]))
        .rows[0];
    await db.owner.query(
      `update public.leads set phone_source = 'caller_id', phone_verified_at = now() where id = $1`,
      [id],
    );
    await change(id, { phone: '+1 415 555 0162', notes: 'the same number' });
    expect(await origin()).toMatchObject({ phone_source: 'caller_id', phone_verified_at: expect.any(Date) });
    await change(id, { phone: '+14155550163' });
    expect(await origin()).toEqual({ phone_source: 'staff', phone_verified_at: null });
    const audited = (await auditOf(id)).at(-1);
    expect(audited.after).toEqual({ fields: ['phone'] });
  });

  test('remember what a booking has no column for, without losing what is there', async () => {
    const { contact_id: id } = await booked('Uta Klein', '+14155550159');
    const more = {
      title: 'Dr.',
      phone_extension: '12',
      phone_flag: null,
      phone_source: null,
      name_raw: 'doctor uta klein',
      phone_raw: null,
    };
    await db.database.withTenant(clinic.scope, (tenant) =>
      fillMissingDetails(tenant, clinic.orgId, id, more),
    );
    await db.database.withTenant(clinic.scope, (tenant) =>
      fillMissingDetails(tenant, clinic.orgId, id, { ...more, title: 'Mrs.', phone_flag: 'unassigned' }),
    );
    expect((await ask('GET', `/api/contacts/${id}`)).body).toMatchObject({
      title: 'Dr.',
      phone_extension: '12',
      phone_flag: 'unassigned',
      name_raw: 'doctor uta klein',
    });
  });
});
