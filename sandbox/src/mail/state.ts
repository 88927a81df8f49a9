import { z } from 'zod';

const mail = z.object({
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  at: z.string(),
});
export type Mail = z.infer<typeof mail>;

export const mailEntry = z.object({ type: z.literal('mail'), mail });
export type MailEntry = z.infer<typeof mailEntry>;

/** Every mail that was accepted, the oldest first. */
export class MailState {
  #mails: Mail[] = [];

  apply({ mail }: MailEntry): void {
    this.#mails.push(mail);
  }

  sentTo(address: string | undefined): Mail[] {
    const wanted = address?.toLowerCase();
    return this.#mails.filter(({ to }) => wanted === undefined || to.toLowerCase() === wanted);
  }

  clear(): void {
    this.#mails = [];
  }
}
