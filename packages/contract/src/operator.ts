import { z } from 'zod';

/** A new clinic whose receptionist waits for the operator's yes, or for the next day. */
export const WaitingClinic = z.object({
  org_id: z.guid(),
  name: z.string(),
  email: z.string().nullable(),
  asked_at: z.iso.datetime(),
});
export const WaitingClinicList = z.object({ data: z.array(WaitingClinic) });

export const AdmittedClinic = z.object({ org_id: z.guid(), admitted: z.literal(true) });
