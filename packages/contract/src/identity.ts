import { z } from 'zod';
import { Scope } from './api-keys.ts';
import { clinicName, personName } from './clinic-name.ts';
import { Id } from './common.ts';
import { typedLine } from './text.ts';

export const SignUpRequest = z
  .object({
    email: z.email().max(254),
    password: z.string().min(8).max(128),
    name: personName,
    organization_name: clinicName.optional(),
    phone: typedLine(32)
      .optional()
      .describe('The owner’s phone: system texts go there, and patients never see it'),
    public_phone: typedLine(32)
      .optional()
      .describe('What patients see; left out: the number the receptionist answers'),
    time_zone: typedLine(64).optional(),
    invitation: z
      .string()
      .regex(/^[\w-]{20,64}$/, 'is not the end of an invitation’s link')
      .optional()
      .describe(
        'The end of a link: of an invitation, and the account joins that clinic instead of getting its own; or of the operator, for the owner of a new clinic',
      ),
  })
  .meta({ id: 'SignUpRequest' });
export type SignUpRequest = z.infer<typeof SignUpRequest>;

export const SignInRequest = z
  .object({ email: z.email().max(254), password: z.string().min(1).max(128) })
  .meta({ id: 'SignInRequest' });
export type SignInRequest = z.infer<typeof SignInRequest>;

export const SignedIn = z
  .looseObject({
    user: z.looseObject({ id: Id, email: z.string(), name: z.string() }),
  })
  .meta({ id: 'SignedIn' });

export const SignedOut = z.looseObject({ success: z.boolean() }).meta({ id: 'SignedOut' });

export const TokenResponse = z
  .object({ token: z.string().describe('Valid for 15 minutes') })
  .meta({ id: 'TokenResponse' });

export const SigningKeys = z
  .object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string().optional() })) })
  .meta({ id: 'SigningKeys' });

/** What a person is in a clinic; what each may do is in rights.generated.ts. */
export const Role = z.enum(['owner', 'admin', 'staff', 'auditor']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

export const Me = z
  .object({
    user_id: Id,
    email: z.string(),
    org_id: Id,
    organization: z.object({ id: Id, name: z.string(), time_zone: z.string() }),
    role: Role,
    org_source: z.enum(['jwt', 'database']),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

/** The same for an API key, which is no person. */
export const MeByKey = Me.extend({
  user_id: z.null(),
  email: z.null(),
  role: z.null(),
  api_key: z.object({ id: Id, name: z.string(), prefix: z.string(), scopes: z.array(Scope) }),
}).meta({ id: 'MeByKey' });
