import { z } from 'zod';
import { Id, Timestamp } from './common.ts';
import { singleLine } from './text.ts';

const email = z.email().max(254);
const newPassword = z.string().min(8).max(128);
const currentPassword = z.string().min(1).max(128);
/** The end of a link from an email. */
const linkToken = singleLine(2_000).describe('The end of the link, after #');

export const PasswordResetRequest = z.strictObject({ email }).meta({ id: 'PasswordResetRequest' });
export type PasswordResetRequest = z.infer<typeof PasswordResetRequest>;

export const PasswordReset = z
  .strictObject({ token: linkToken, password: newPassword })
  .meta({ id: 'PasswordReset' });
export type PasswordReset = z.infer<typeof PasswordReset>;

export const PasswordChange = z
  .strictObject({ current_password: currentPassword, password: newPassword })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.infer<typeof PasswordChange>;

export const EmailVerification = z.strictObject({ token: linkToken }).meta({ id: 'EmailVerification' });
export type EmailVerification = z.infer<typeof EmailVerification>;

export const EmailVerified = z
  .object({ email: z.string().describe('The address that is verified now') })
  .meta({ id: 'EmailVerified' });

export const EmailChange = z.strictObject({ email, password: currentPassword }).meta({ id: 'EmailChange' });
export type EmailChange = z.infer<typeof EmailChange>;

/** For what a person confirms with their password. */
export const PasswordConfirmation = z
  .strictObject({ password: currentPassword })
  .meta({ id: 'PasswordConfirmation' });
export type PasswordConfirmation = z.infer<typeof PasswordConfirmation>;

export const Accepted = z.object({ status: z.literal(true) }).meta({ id: 'Accepted' });

export const SecondFactorSetup = z
  .object({
    totp_uri: z.string().describe('For the QR code of an authenticator app'),
    secret: z.string().describe('The same key, to type in'),
    recovery_codes: z.array(z.string()).describe('Each works once; shown only here'),
  })
  .meta({ id: 'SecondFactorSetup' });
export type SecondFactorSetup = z.infer<typeof SecondFactorSetup>;

export const RecoveryCodes = z.object({ recovery_codes: z.array(z.string()) }).meta({ id: 'RecoveryCodes' });

/** Six digits of the app. */
export const TotpCode = z
  .strictObject({ code: z.string().regex(/^\d{6}$/, 'must be the six digits that the app shows') })
  .meta({ id: 'TotpCode' });
export type TotpCode = z.infer<typeof TotpCode>;

export const RecoveryCode = z
  .strictObject({
    code: singleLine(32).min(6),
  })
  .meta({ id: 'RecoveryCode' });
export type RecoveryCode = z.infer<typeof RecoveryCode>;

export const SecondFactorRequired = z
  .object({ second_factor_required: z.literal(true) })
  .meta({ id: 'SecondFactorRequired' });

/** A person's own account, whatever clinic they work for. */
export const Account = z
  .object({
    user_id: Id,
    email: z.string(),
    name: z.string(),
    email_verified: z.boolean(),
    second_factor: z.boolean().describe('Whether a sign-in asks for a code of an authenticator app'),
    recovery_codes_left: z.int().min(0),
  })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof Account>;

export const AccountSession = z
  .object({
    id: Id,
    current: z.boolean().describe('Whether it is the one that asks'),
    created_at: Timestamp,
    expires_at: Timestamp,
    ip_address: z.string().nullable(),
    user_agent: z.string().nullable(),
  })
  .meta({ id: 'AccountSession' });
export type AccountSession = z.infer<typeof AccountSession>;

export const AccountSessionList = z
  .object({ data: z.array(AccountSession), next_cursor: z.null() })
  .meta({ id: 'AccountSessionList' });
