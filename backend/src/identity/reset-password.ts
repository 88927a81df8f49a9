import type { AccountContext } from './account-context.ts';
import { codeOf } from './issuer-errors.ts';
import { refuseGuessablePassword } from './password-rules.ts';

/**
 * Uses the link up, and with it every other one of that account; the sessions end with the old password.
 * @returns false where the link is no good. @throws {AppError} WEAK_PASSWORD, which leaves the link as it is.
 */
export async function resetPassword(
  { issuer, mailer, letters }: Pick<AccountContext, 'issuer' | 'mailer' | 'letters'>,
  token: string,
  password: string,
): Promise<boolean> {
  const [{ $context, api }, { getCurrentAdapter, runWithTransaction }] = await Promise.all([
    issuer(),
    import('@better-auth/core/context'),
  ]);
  const { adapter, internalAdapter } = await $context;
  const link = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  if (!link || link.expiresAt < new Date()) return false;
  const user = await internalAdapter.findUserById(link.value);
  if (!user) return false;
  refuseGuessablePassword(password, { email: user.email, names: [user.name] });
  // All of it or nothing: no new password beside sessions that someone else still has.
  const isDone = await runWithTransaction(adapter, async () => {
    await api.resetPassword({ body: { token, newPassword: password } });
    const inside = await getCurrentAdapter(adapter);
    await inside.deleteMany({ model: 'verification', where: [{ field: 'value', value: user.id }] });
    // Only the owner of the address could read the mail.
    if (!user.emailVerified) await internalAdapter.updateUser(user.id, { emailVerified: true });
    return true;
  }).catch((error: unknown) => {
    // Two at once with one link: the second finds it used.
    if (codeOf(error) === 'INVALID_TOKEN') return false;
    throw error;
  });
  if (isDone) mailer.send('password changed', letters.passwordChanged(user));
  return isDone;
}
