import { ContactDetail, ContactPage, ContactPatch, ContactQuery, ContactStatus, Id } from '@voxanne/contract';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { createKeyring } from '../platform/crypto.ts';
import type { Database, Db } from '../platform/database.ts';
import type { HttpServer } from '../platform/http.ts';
import { readPage } from '../platform/paging.ts';
import { requireRight, type Tenant, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { changeContact } from './change-contact.ts';
import { contactErrors } from './contacts.errors.ts';
import { type ContactSummaryRow, findContact, listContacts } from './contacts.queries.ts';
import { suggestedEmail } from './email-address.ts';
import { presentTexts, refusalOfTexts } from './present-texts.ts';
import { readSearch } from './search-contacts.ts';

interface ContactRouteOptions {
  database: Database;
  clock: Clock;
  /** Seals what a page of patients ends with. */
  cursorKey: Buffer;
  tenantResolver: TenantResolver;
  /** A contact's past and upcoming appointments; appointments know contacts, not the other way around. */
  appointmentsOf(db: Db, orgId: string, contactId: string): Promise<HistoryRow[]>;
}

interface HistoryRow {
  id: string;
  status: string;
  scheduled_at: Date;
  duration_minutes: number;
  service_type: string;
  service_name: string;
  provider_id: string;
  provider_name: string;
}

export function registerContactRoutes(server: HttpServer, options: ContactRouteOptions): void {
  const { database, clock, cursorKey, tenantResolver } = options;
  const keyring = createKeyring([{ id: 'cursor', key: cursorKey }]);
  const tags = ['contacts'];
  const params = z.object({ id: Id });

  server.get(
    '/api/contacts',
    {
      onRequest: [tenantResolver, requireRight('patients.read')],
      schema: {
        tags,
        operationId: 'listContacts',
        summary: 'Patients by name',
        description:
          'A search with letters looks in names and email addresses; one without looks in phone numbers.',
        querystring: ContactQuery,
        response: { 200: ContactPage },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      return readPage(
        { name: 'contacts', sortedBy: 'text', keyring },
        request.query,
        ({ search, status }, page) =>
          database.withTenant(tenant, (db) =>
            listContacts(db, tenant.orgId, { ...readSearch(search ?? ''), now: clock.now(), status }, page),
          ),
        present,
      );
    },
  );

  server.get(
    '/api/contacts/:id',
    {
      onRequest: [tenantResolver, requireRight('patients.read')],
      schema: {
        tags,
        operationId: 'getContact',
        summary: 'One patient, with their appointments',
        description: 'With what was corrected at intake, and what a later caller said differently.',
        params,
        response: { 200: ContactDetail },
      },
    },
    (request) => show(tenantOf(request), request.params.id),
  );

  server.patch(
    '/api/contacts/:id',
    {
      onRequest: [tenantResolver, requireRight('patients.edit')],
      schema: {
        tags,
        operationId: 'updateContact',
        summary: 'Change a patient',
        description:
          'Follows the same rules as a booking: names are capitalized, numbers become E.164 and email addresses are checked. Audited.',
        params,
        body: ContactPatch,
        response: { 200: ContactDetail },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      await changeContact(database, tenant, request.params.id, request.body, request.id);
      return show(tenant, request.params.id);
    },
  );

  const show = (tenant: Tenant, id: string) =>
    database.withTenant(tenant, async (db) => {
      const row = await findContact(db, tenant.orgId, id, clock.now());
      if (!row) throw contactErrors.notFound();
      const appointments = await options.appointmentsOf(db, tenant.orgId, id);
      return {
        ...present(row),
        notes: row.notes,
        name_raw: row.name_raw,
        phone_raw: row.phone_raw,
        proposed_email: row.proposed_email,
        email_suggestion: row.email === null ? null : suggestedEmail(row.email),
        appointments: appointments.map((item) => ({
          ...item,
          status: item.status as z.infer<typeof ContactDetail>['appointments'][number]['status'],
          scheduled_at: item.scheduled_at.toISOString(),
        })),
      };
    });
}

const present = ({ why_no_text, texts, ...row }: ContactSummaryRow) => ({
  ...row,
  no_texts: refusalOfTexts(why_no_text),
  texts: presentTexts(texts, why_no_text),
  status: ContactStatus.parse(row.status),
  phone_flag: row.phone_flag === null ? null : ('unassigned' as const),
  next_appointment_at: row.next_appointment_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
