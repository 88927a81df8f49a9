import type { Mail } from '../platform/mailer/mailer.ts';

interface Recipient {
  email: string;
  name: string;
}

export type Letters = ReturnType<typeof createLetters>;

const firstLine = ({ name }: Recipient): string => {
  // A name is what someone typed at the sign-up, also with another person's address: no link can be in it.
  const plain = name.replaceAll(/[^\p{L}\p{M}\p{N} ’'-]/gu, ' ').trim();
  return plain === '' ? 'Hello,' : `Hello ${plain},`;
};

const ifNotYou =
  'If this wasn’t you, reset your password at once: open Voxanne, choose “Forgot password?” on the sign-in page, then look through your sessions under Settings > Security.';

/** What Voxanne writes to people about their account, in plain words. */
export function createLetters(publicUrl: string) {
  const host = new URL(publicUrl).host;
  const letter = (to: Recipient, subject: string, ...paragraphs: string[]): Mail => ({
    to: to.email,
    subject,
    text: [firstLine(to), ...paragraphs, `Voxanne at ${host}`, ''].join('\n\n'),
  });
  // Behind the #, which browsers send to no server and no log.
  const link = (page: string, token: string) => `${publicUrl}/${page}#${token}`;
  return {
    passwordReset: (to: Recipient, token: string) =>
      letter(
        to,
        'Choose a new password',
        'Someone asked for a new password for your account. If it was you, open this link and choose one:',
        link('reset-password', token),
        'The link works once, for an hour. Your other sessions end when you use it.',
        'If it wasn’t you, do nothing: your password stays as it is.',
      ),
    emailVerification: (to: Recipient, token: string) =>
      letter(
        to,
        'Confirm your email address',
        'Open this link to confirm that this address is yours:',
        link('verify-email', token),
        'The link works for an hour. You can get another one under Settings > Security.',
        'If you don’t know Voxanne, ignore this email: nothing happens to your address.',
      ),
    emailChanged: (to: Recipient, newEmail: string) =>
      letter(
        to,
        'Your email address was changed',
        `You now sign in to Voxanne as ${newEmail}. This address doesn’t work for it anymore.`,
        'If this wasn’t you, ask an owner of your clinic, or the person who runs Voxanne for you, to remove that account’s access at once.',
      ),
    passwordChanged: (to: Recipient) =>
      letter(
        to,
        'Your password was changed',
        'The password of your account is a new one, and your other sessions have ended.',
        ifNotYou,
      ),
    secondFactorOn: (to: Recipient) =>
      letter(
        to,
        'Two-step sign-in is on',
        'From now on, signing in takes your password and a code from your authenticator app. Keep your recovery codes somewhere safe: each lets you in once without your phone.',
        ifNotYou,
      ),
    secondFactorOff: (to: Recipient) =>
      letter(to, 'Two-step sign-in is off', 'From now on, signing in takes only your password.', ifNotYou),
    recoveryCodeUsed: (to: Recipient, left: number) =>
      letter(
        to,
        'A recovery code was used',
        `Someone signed in to your account with a recovery code. ${left === 1 ? '1 code is' : `${left} codes are`} left. Make new ones under Settings > Security.`,
        ifNotYou,
      ),
  };
}
