import { z } from 'zod';
import { PageQuery, page, Timestamp } from './common.ts';

/** SIGN_UP: who may make an account. */
export const SignUpMode = z.enum(['open', 'invited', 'closed']);
export type SignUpMode = z.infer<typeof SignUpMode>;

/** What anyone may know about a deployment. */
export const Mode = z
  .object({
    mode: z.enum(['sandbox', 'live']),
    version: z.string(),
    sign_up: SignUpMode.describe(
      'open: anyone can sign up. invited: with a link from a clinic or the operator. closed: no one new',
    ),
    accounts: z.object({
      kept_by: z.enum(['voxanne', 'supabase']).describe('Who keeps passwords, addresses and second factors'),
      sends_email: z.boolean().describe('Whether the operator has set up a mail server'),
      mailbox_url: z.string().optional().describe('Where the sandbox shows its emails'),
    }),
  })
  .meta({
    id: 'Mode',
    example: {
      mode: 'sandbox',
      version: '0.1.0',
      sign_up: 'open',
      accounts: { kept_by: 'voxanne', sends_email: true },
    },
  });

const OWNER_LINK = { email: 'ann@brightsmiles.example', expires_at: '2026-11-20T01:00:00.000Z' };

export const OwnerLinkCreate = z
  .strictObject({
    email: z
      .email('Write an email address, such as ann@clinic.example.')
      .max(254)
      .optional()
      .describe('The only address the link works for; left out: for the person who opens it first'),
  })
  .meta({ id: 'OwnerLinkCreate', example: { email: OWNER_LINK.email } });

export const OwnerLinkFacts = z
  .object({
    email: z.string().nullable().describe('null: the link works for any address'),
    expires_at: Timestamp,
  })
  .meta({ id: 'OwnerLinkFacts', example: OWNER_LINK });
export type OwnerLinkFacts = z.infer<typeof OwnerLinkFacts>;

export const NewOwnerLink = OwnerLinkFacts.extend({
  url: z.string().describe('The link to send to the owner, shown only once'),
}).meta({
  id: 'NewOwnerLink',
  example: { ...OWNER_LINK, url: 'https://voxanne.example/sign-up#q3XAn0W9m2b5u8r1t4k7p0s3v6y9B2E5' },
});

/** A clinic as the operator sees it: nothing of its patients. */
const OperatorClinic = z.object({
  org_id: z.guid(),
  name: z.string(),
  email: z.string().nullable().describe('Of its first owner'),
  email_verified: z.boolean().describe('Whether an owner’s email address is verified'),
  members: z.int(),
  created_at: Timestamp,
  asked_at: Timestamp.nullable().describe('When it first asked for a receptionist; null: it didn’t have to'),
  admitted_at: Timestamp.nullable(),
  admitted_by: z.enum(['limit', 'operator']).nullable(),
  requests_per_hour: z.int().nullable().describe('Of its programs; null: what the deployment says'),
});
export const OperatorClinicQuery = PageQuery.extend({
  status: z.enum(['waiting', 'all']).default('waiting').describe('Left out: waiting'),
});
export const OperatorClinicList = page(OperatorClinic);

export const ClinicLimit = z
  .strictObject({
    requests_per_hour: z
      .int()
      .min(1)
      .max(999_999)
      .nullable()
      .describe('What its programs may ask for in an hour; null: what the deployment says'),
  })
  .meta({ id: 'ClinicLimit', example: { requests_per_hour: 5_000 } });

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
