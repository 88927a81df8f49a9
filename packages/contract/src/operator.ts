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

/** A number of the deployment's Twilio account, in the form that Twilio shows. */
export const SenderAddress = z
  .string()
  .regex(
    /^\+[1-9]\d{6,14}$/,
    'Write the number as Twilio shows it: + and the country code, then digits only.',
  )
  .meta({ examples: ['+15550100200'] });
/** The number that one clinic alone texts from. */
export const Sender = z
  .object({ org_id: z.guid(), name: z.string(), address: z.string(), created_at: z.iso.datetime() })
  .meta({ id: 'Sender' });
export const SenderList = z.object({ data: z.array(Sender) });
export const RemovedSender = z.object({ org_id: z.guid(), address: z.string() });
export const SetSenderRequest = z.strictObject({ org_id: z.guid(), address: SenderAddress });
