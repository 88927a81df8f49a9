import type { BookingContext, ChangeOrigin } from '../booking/index.ts';
import { AppError } from '../platform/errors.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { PatientLinks } from './patient-links.ts';

export interface PatientContext extends BookingContext {
  links: PatientLinks;
  publicUrl: string;
}

/** Someone holds a genuine link: for that clinic, as that patient. */
export interface Bearer {
  scope: TenantScope;
  contactId: string | null;
}

export const byPatient = ({ contactId }: Bearer, requestId: string): ChangeOrigin => ({
  source: 'patient',
  requestId,
  actorId: contactId ?? undefined,
});

/** The link was used in the meantime, or its row has changed: the page shows what is true now. */
export const linkSpent = () =>
  new AppError({
    code: 'LINK_SPENT',
    status: 409,
    detail: 'This link was already used, or the appointment has changed since. Reload the page.',
  });
