import { z } from 'zod';

export interface MailSettings {
  smtpUrl: string;
  from: string;
  /** An HTTP proxy on the way to the mail server: the sandbox is one. */
  proxy?: string;
}

/** Never repeats the address: it has a password in it. */
export const smtpUrl = z
  .string()
  .refine(
    (text) => /^smtps?:\/\/[^\s/?#]+(\/|\?|$)/.test(text) && URL.canParse(text),
    'must begin with smtp:// or smtps://, such as smtps://login:password@smtp.example.com:465. In a login or password write @ as %40, : as %3A and / as %2F',
  )
  .optional();

export const mailFrom = z
  .string()
  .max(254)
  .refine((text) => {
    const [, address] = /^(?:[^<>\r\n]*<([^<>\s]+)>|[^<>\s]+)$/.exec(text) ?? [];
    return z.email().safeParse(address ?? text).success;
  }, 'must be an email address, with or without a name: Voxanne <voxanne@example.com>')
  .optional();

/** One without the other sends nothing, which would be noticed when it is needed most. */
export function mailFaults(set: Record<string, string | undefined>): string[] {
  if (set.SMTP_URL && !set.MAIL_FROM)
    return ['MAIL_FROM: required with SMTP_URL. It’s the address that emails come from.'];
  if (set.MAIL_FROM && !set.SMTP_URL && set.VOXANNE_MODE === 'live')
    return ['SMTP_URL: required with MAIL_FROM. It’s the server that sends the emails.'];
  return [];
}

/** In the sandbox, mails go to the stand-in; in live mode without a server, nowhere. */
export function mailSettings(
  set: { SMTP_URL?: string | undefined; MAIL_FROM?: string | undefined },
  standIns: string | undefined,
): MailSettings | undefined {
  const { SMTP_URL: url, MAIL_FROM: from } = set;
  if (url !== undefined && from !== undefined) return { smtpUrl: url, from };
  if (standIns === undefined) return undefined;
  return {
    smtpUrl: 'smtp://mail.sandbox:25/?ignoreTLS=true',
    from: from ?? 'Voxanne <voxanne@localhost>',
    proxy: standIns,
  };
}
