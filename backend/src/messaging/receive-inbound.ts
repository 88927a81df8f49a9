import { visibleLines } from '@voxanne/contract';
import { z } from 'zod';
import { type Arrival, type Effects, GiveUp, type Inbox, type Job } from '../deliveries/index.ts';
import type { Form } from '../platform/read-body.ts';
import { askWhichClinic } from './ask-which-clinic.ts';
import { keepConsent } from './consent.queries.ts';
import type { MessagingContext } from './context.ts';
import { holdInbound } from './hold-inbound.ts';
import { clinicsOfText, findQuestion, type InboundText, insertInbound } from './inbound.queries.ts';
import { field } from './twilio-form.ts';
import { senderKeyword } from './which-clinic.ts';

const WHATSAPP = /^whatsapp:/;

const InboundPayload = z.object({
  sid: z.string(),
  from: z.string(),
  to: z.string(),
  channel: z.enum(['sms', 'whatsapp']),
  body: z.string(),
  /** What Twilio made of it: STOP, START or HELP. */
  opt_out_type: z.string().optional(),
  /** When it came: what is handled late, or again, is no newer for it. */
  at: z.iso.datetime().optional(),
});

/**
 * Takes a text from a patient in. It belongs to the clinic that the person has to do with: on a clinic's own number to
 * that one or to no one, on the shared number to none of several until the person has said which.
 */
export async function receiveInbound(
  { accountSid, clock, database, log, sharedNumbers }: MessagingContext,
  inbox: Inbox,
  form: Form,
  arrival: Arrival,
): Promise<void> {
  const sid = field(form, 'MessageSid');
  const sender = field(form, 'From');
  const receiver = field(form, 'To');
  if (!sid || !sender || !receiver) return;
  const from = sender.replace(WHATSAPP, '');
  const to = receiver.replace(WHATSAPP, '');
  const channel = WHATSAPP.test(sender) ? 'whatsapp' : 'sms';
  const body = bodyOf(form);
  const optOutType = field(form, 'OptOutType');
  const owner = await database.withService(async (db) => {
    const correspondence = { patient: from, receiver: to, channel } as const;
    const question = await findQuestion(db, correspondence);
    const clinics = await clinicsOfText(db, correspondence, sharedNumbers);
    // A choice on a number counts as long as that clinic still texts from it.
    const chosen = clinics.find(({ id }) => id === question?.chosen_org_id);
    // STOP and its kin concern the number, and with it each of the person's clinics on it.
    if (chosen && senderKeyword(body, optOutType) === undefined) return chosen.id;
    // What comes while a question is open may be its answer.
    if (clinics.length > 1 || (question?.is_open && clinics.length > 0)) return 'to be asked' as const;
    // STOP and START concern the number also where no clinic deals with the person yet.
    if (clinics.length === 0 && senderKeyword(body, optOutType) === 'consent') return 'to be asked' as const;
    return clinics[0]?.id;
  });
  // By account, not clinic: a repeat is a repeat even if it would go elsewhere by now.
  const scope = accountSid;
  const event = { provider: 'twilio' as const, eventType: 'inbound', eventId: sid, scope, arrival };
  if (owner === undefined) {
    log.warn({ provider_id: sid }, '[Messaging] A text from a number that no clinic deals with');
    // That it came, for people who look for it; not who wrote it, and not what it says.
    await inbox.keep({ ...event, orgId: null, payload: { sid, to } });
    return;
  }
  const payload: z.input<typeof InboundPayload> = {
    sid,
    from,
    to,
    channel,
    body,
    ...(optOutType ? { opt_out_type: optOutType } : {}),
    at: clock.now().toISOString(),
  };
  const orgId = owner === 'to be asked' ? null : owner;
  await inbox.receive({ ...event, orgId, orderKey: `sender:${from.slice(0, 200)}`, payload });
}

/** The words, and a note about attachments, which stay with Twilio; an empty text would say nothing about them. */
function bodyOf(form: Form): string {
  const words = visibleLines(field(form, 'Body') ?? '');
  const attached = Math.min(Number.parseInt(field(form, 'NumMedia') ?? '0', 10) || 0, 10);
  if (attached < 1) return words;
  const what = attached === 1 ? 'a picture or file' : `${attached} pictures or files`;
  const which = attached === 1 ? 'it' : 'them';
  const note = `[The patient sent ${what}. Voxanne doesn’t keep attachments; please ask for ${which} another way.]`;
  return words === '' ? note : `${words}\n${note}`;
}

/**
 * A text from a patient, after its answer: kept once by its SID, however often and however late it comes again. One
 * without a clinic is held, and the patient is asked.
 */
export async function keepInbound(context: MessagingContext, job: Job): Promise<Effects | undefined> {
  const parsed = InboundPayload.safeParse(job.payload);
  if (!parsed.success) throw new GiveUp('The stored text can’t be read.');
  const {
    sid,
    from: patient,
    to: receiver,
    channel,
    body,
    opt_out_type: optOutType,
    at: cameAt,
  } = parsed.data;
  const text: InboundText = { sid, patient, receiver, channel, body };
  const said = { patient, receiver, body, optOutType, at: cameAt ? new Date(cameAt) : context.clock.now() };
  const { org_id: orgId } = job;
  if (orgId !== null) {
    return async (db) => {
      await insertInbound(db, orgId, text);
      await keepConsent(db, said, context.sharedNumbers);
    };
  }
  await context.database.withService((db) => keepConsent(db, said, context.sharedNumbers));
  const questionId = await holdInbound(context, text, optOutType);
  if (questionId !== undefined) await askWhichClinic(context, questionId);
  return undefined;
}
