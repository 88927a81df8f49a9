import type { Transporter } from 'nodemailer';
import type { MailSettings } from '../settings/mail.ts';

export interface Mail {
  to: string;
  subject: string;
  /** Plain words: every mail program shows them, and a link can be read before it is opened. */
  text: string;
}

export interface SmtpClient {
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** Nodemailer, loaded with the first mail. It never retries by itself, and logs nothing. */
export function createSmtpClient(settings: MailSettings, options: { timeoutMs: number }): SmtpClient {
  const open = async (): Promise<Transporter> => {
    const { createTransport } = await import('nodemailer');
    return createTransport(
      {
        url: settings.smtpUrl,
        connectionTimeout: options.timeoutMs,
        greetingTimeout: options.timeoutMs,
        socketTimeout: options.timeoutMs,
        ...(settings.proxy ? { proxy: settings.proxy } : {}),
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from: settings.from },
    );
  };
  let opened: Promise<Transporter> | undefined;
  return {
    async send(mail) {
      opened ??= open();
      await (await opened).sendMail({
        ...mail,
        // An answer of someone's holiday program is for no one.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    },
    close() {
      opened?.then(
        (transport) => transport.close(),
        () => undefined,
      );
    },
  };
}
