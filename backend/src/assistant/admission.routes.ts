import { AdmittedClinic, WaitingClinicList } from '@voxanne/contract';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { createOperatorCheck } from '../platform/operator.ts';
import { mintOrgId } from '../platform/tenant.ts';
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
        summary: 'New clinics waiting for a receptionist, oldest first',
        description:
          'A limited number of new clinics each day get a receptionist and a number right away; the rest wait here.',
        response: { 200: WaitingClinicList },
      },
    },
    async () => ({
      data: (await admission.waiting()).map((row) => ({ ...row, asked_at: row.asked_at.toISOString() })),
    }),
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
        description: 'It does not count against the daily limit.',
        params: z.object({ id: z.guid() }),
        response: { 200: AdmittedClinic },
      },
    },
    async ({ params: { id } }) => {
      if (!(await admission.admit(mintOrgId(id)))) {
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
