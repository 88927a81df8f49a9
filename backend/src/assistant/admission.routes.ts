import { AdmittedClinic, ClinicLimit, OperatorClinicList, OperatorClinicQuery } from '@voxanne/contract';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { createOperatorCheck } from '../platform/operator.ts';
import { readPage } from '../platform/paging.ts';
import { mintOrgId } from '../platform/tenant.ts';
import type { OperatorClinicRow } from './admission.queries.ts';
import type { Admission } from './admission.ts';

/** For the operator of the deployment, not for clinics: new clinics waiting for a receptionist. */
export function registerAdmissionRoutes(
  server: HttpServer,
  { admission, operatorToken }: { admission: Admission; operatorToken: string },
): void {
  const onRequest = createOperatorCheck(operatorToken);
  const tags = ['operator'];
  server.get(
    '/api/operator/clinics',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listWaitingClinics',
        security: [{ operator: [] }],
        summary: 'Clinics, oldest first: those waiting for a receptionist, or all',
        description:
          'In live mode a new clinic gets a receptionist and a number when its owner’s email address is verified, and a limited number of them each day; the rest wait here. With `status=all`: all clinics.',
        querystring: OperatorClinicQuery,
        response: { 200: OperatorClinicList },
      },
    },
    async ({ query }) =>
      readPage({ name: 'operator clinics', sortedBy: 'moment' }, query, admission.list, present),
  );
  server.patch(
    '/api/operator/clinics/:id',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'limitClinic',
        security: [{ operator: [] }],
        summary: 'Set how many requests a clinic’s programs have',
        description: 'Per hour; null: what the deployment says. Holds within seconds. Audited.',
        params: z.object({ id: z.guid() }),
        body: ClinicLimit,
        response: { 200: ClinicLimit },
      },
    },
    async ({ params: { id }, body, id: requestId }) => {
      if (!(await admission.limit(mintOrgId(id), body.requests_per_hour, requestId))) {
        throw new AppError({
          code: 'CLINIC_NOT_FOUND',
          status: 404,
          detail: 'No clinic has that id. GET /api/operator/clinics?status=all lists them.',
        });
      }
      return body;
    },
  );
  server.post(
    '/api/operator/clinics/:id/admit',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'admitClinic',
        security: [{ operator: [] }],
        summary: 'Give a waiting clinic its receptionist now',
        description:
          'It does not count against the daily limit, and needs no verified email address. Audited.',
        params: z.object({ id: z.guid() }),
        response: { 200: AdmittedClinic },
      },
    },
    async ({ params: { id }, id: requestId }) => {
      if (!(await admission.admit(mintOrgId(id), requestId))) {
        throw new AppError({
          code: 'CLINIC_NOT_WAITING',
          status: 404,
          detail:
            'No clinic with that id is waiting: it was admitted already, or the id is not in GET /api/operator/clinics.',
        });
      }
      return { org_id: id, admitted: true as const };
    },
  );
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

const present = ({ id, created_at, asked_at, admitted_at, admitted_by, ...row }: OperatorClinicRow) => ({
  org_id: id,
  name: row.name,
  email: row.email,
  email_verified: row.email_verified,
  members: row.members,
  created_at: created_at.toISOString(),
  asked_at: iso(asked_at),
  admitted_at: iso(admitted_at),
  admitted_by: admitted_by as 'limit' | 'operator' | null,
  requests_per_hour: row.requests_per_hour,
});
