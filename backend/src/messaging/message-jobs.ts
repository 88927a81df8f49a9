import { z } from 'zod';
import { numberToCall } from '../connections/index.ts';
import { GiveUp, type JobHandler, Refused, RetryLater } from '../deliveries/index.ts';
import { applyStatus } from './apply-status.ts';
import type { MessagingContext } from './context.ts';
import { deliverMessage } from './deliver-message.ts';
import { findByKey, keepMessage, type NewMessage } from './messages.queries.ts';
import { keepInbound } from './receive-inbound.ts';
import { cancellationText, confirmationText, systemReadyText, waitlistOfferText } from './templates.ts';

const AppointmentPayload = z.object({
  appointment_id: z.guid(),
  version: z.coerce.number().int(),
  to: z.string(),
  organization_name: z.string(),
  time_zone: z.string(),
  scheduled_at: z.iso.datetime({ offset: true }),
  change: z.enum(['booked', 'moved', 'restored', 'cancelled']).default('booked'),
  /** No text should go out: the patient hadn't heard of the appointment either. */
  silent: z.boolean().default(false),
  /** The appointment went to another patient: this is for the one before. */
  passed_on: z.boolean().default(false),
});
const OfferPayload = z.object({
  offer_id: z.guid(),
  to: z.string(),
  organization_name: z.string(),
  time_zone: z.string(),
  scheduled_at: z.iso.datetime({ offset: true }),
  expires_at: z.iso.datetime({ offset: true }),
});
const SystemReadyPayload = z.object({ to: z.string(), organization_name: z.string() });
const SendPayload = z.object({ message_id: z.guid() });

export interface MessageJobOptions {
  /** False once the appointment has moved on to another version or is over: the text is not sent. */
  stillWanted(
    orgId: string,
    text: {
      appointmentId: string;
      version: number;
      kind: 'confirmation' | 'cancellation';
      /** The number of a patient whose appointment went to another one; undefined for the patient it is for. */
      passedOnFrom?: string | undefined;
    },
  ): Promise<boolean>;
  /** False once a time that was offered from the waitlist was answered, ran out or was withdrawn. */
  offerStillOpen(orgId: string, offerId: string): Promise<boolean>;
  /** The patients' own addresses. Made when the text is written, so that no queue holds one. */
  links: {
    toAppointment(appointmentId: string, version: number): string;
    toOffer(offerId: string): string;
  };
}

/** For the worker: handlers by topic of each queue. */
export interface MessageJobs {
  outbox: Record<string, JobHandler>;
  webhooks: Record<string, JobHandler>;
}

export function createMessageJobs(context: MessagingContext, options: MessageJobOptions): MessageJobs {
  const { clock, database } = context;

  const deliver = async (messageId: string, wanted = true): Promise<undefined> => {
    const delivery = await deliverMessage(context, messageId, { wanted });
    // Not counted: how long a text is worth sending is decided by its age, not by how often Twilio was away.
    if (delivery.outcome === 'later')
      throw new RetryLater(delivery.reason, { delayMs: delivery.delayMs, countAttempt: false });
    if (wanted && delivery.outcome === 'failed') throw new Refused(delivery.reason);
  };
  const keepAndDeliver = async (message: NewMessage): Promise<undefined> => {
    const { row } = await database.withService((db) => keepMessage(db, message));
    return deliver(row.id);
  };

  const aboutAppointment =
    (kind: 'confirmation' | 'cancellation'): JobHandler =>
    async (job) => {
      const payload = parse(AppointmentPayload, job.payload);
      if (payload.silent) return undefined;
      const orgId = organizationOf(job);
      const { appointment_id: appointmentId, version, change } = payload;
      const passedOnFrom = payload.passed_on ? payload.to : undefined;
      const dedupeKey = `${appointmentId}:${version}${payload.passed_on ? ':passed_on' : ''}`;
      const key = { orgId, kind, dedupeKey };
      if (!(await options.stillWanted(orgId, { appointmentId, version, kind, passedOnFrom }))) {
        const existing = await database.withService((db) => findByKey(db, key));
        return existing && deliver(existing.id, false);
      }
      const facts = {
        organizationName: payload.organization_name,
        timeZone: payload.time_zone,
        scheduledAt: new Date(payload.scheduled_at),
        now: clock.now(),
      };
      const body =
        change === 'cancelled'
          ? cancellationText({ ...facts, phone: await database.withService((db) => numberToCall(db, orgId)) })
          : confirmationText({ ...facts, change, link: options.links.toAppointment(appointmentId, version) });
      // The texts of an appointment are those to its own patient.
      const about = payload.passed_on ? {} : { appointmentId };
      return keepAndDeliver({ ...key, to: payload.to, from: context.from, body, ...about });
    };

  return {
    outbox: {
      'message.confirmation': aboutAppointment('confirmation'),
      'message.cancellation': aboutAppointment('cancellation'),
      'message.waitlist_offer': async (job) => {
        const offer = parse(OfferPayload, job.payload);
        const orgId = organizationOf(job);
        const key = { orgId, kind: 'waitlist_offer', dedupeKey: offer.offer_id };
        if (!(await options.offerStillOpen(orgId, offer.offer_id))) {
          const existing = await database.withService((db) => findByKey(db, key));
          return existing && deliver(existing.id, false);
        }
        const body = waitlistOfferText({
          organizationName: offer.organization_name,
          timeZone: offer.time_zone,
          scheduledAt: new Date(offer.scheduled_at),
          expiresAt: new Date(offer.expires_at),
          now: clock.now(),
          link: options.links.toOffer(offer.offer_id),
        });
        return keepAndDeliver({ ...key, to: offer.to, from: context.from, body });
      },
      'message.system_ready': async (job) => {
        const { to, organization_name: organizationName } = parse(SystemReadyPayload, job.payload);
        const orgId = organizationOf(job);
        const body = systemReadyText({ organizationName });
        const key = { orgId, kind: 'system_ready', dedupeKey: orgId };
        return keepAndDeliver({ ...key, to, from: context.from, body });
      },
      'message.send': (job) => deliver(parse(SendPayload, job.payload).message_id),
    },
    webhooks: {
      'twilio.status': (job) => applyStatus(context, job),
      'twilio.inbound': (job) => keepInbound(context, job),
    },
  };
}

function parse<T extends z.ZodType>(schema: T, payload: unknown): z.infer<T> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new GiveUp(`The job can’t be read: ${where}.`);
}

function organizationOf({ org_id }: { org_id: string | null }): string {
  if (org_id === null) throw new GiveUp('The job doesn’t name an organization.');
  return org_id;
}
