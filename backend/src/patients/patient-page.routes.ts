import { singleLine } from '@voxanne/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { actByLink, LinkForm } from './act-by-link.ts';
import { findFreeDays } from './free-days.ts';
import { icsOfAppointment } from './ics.queries.ts';
import { CALENDAR_FILE, sendCalendar } from './ics.ts';
import { type OpenedAppointment, type OpenedOffer, openPatientLink } from './open-patient-link.ts';
import type { PatientContext } from './patient-context.ts';
import { PATIENT_PAGE_POLICY } from './patient-page.markup.ts';
import {
  appointmentPage,
  busyPage,
  cancelPage,
  daysPage,
  failedPage,
  offerPage,
  type Page,
  takenPage,
  timesPage,
  unknownPage,
  unreadablePage,
} from './patient-page.views.ts';

const LocalDay = z.iso.date().optional().catch(undefined);
const Question = z.object({
  step: z.enum(['move', 'cancel']).optional().catch(undefined),
  day: LocalDay,
  from: LocalDay,
});
const Params = z.object({ token: singleLine(100) });
const Html = z.string().describe('A page for a person');
const PAGES = {
  200: { description: 'The page', content: { 'text/html': Html } },
  '4XX': { description: 'A page that says why, and what to do', content: { 'text/html': Html } },
  '5XX': { description: 'A page that says to try again, or to call', content: { 'text/html': Html } },
};

/**
 * The pages behind the links in texts. GET only reads, because apps that preview a link fetch it; POST acts and leads
 * back to GET. There is no cookie and no session: who has the address may act, so there is nothing to forge.
 */
export function registerPatientPages(server: HttpServer, { context }: { context: PatientContext }): void {
  const { clock } = context;
  const schema = { tags: ['patients'], params: Params, security: [] };
  const errorHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) => {
    const status = error instanceof AppError ? error.status : ((error as FastifyError).statusCode ?? 500);
    if (status === 429) return send(reply, busyPage());
    // A request that this page didn't send is no one's fault here, and needs no log line.
    if (status < 500) return send(reply, unreadablePage(status));
    request.log.error({ err: error, route: request.routeOptions.url }, '[Patients] Page failed');
    return send(reply, failedPage());
  };

  server.get(
    '/a/:token',
    {
      errorHandler,
      config: { described: { answers: PAGES } },
      schema: {
        ...schema,
        operationId: 'openPatientPage',
        summary: 'A patient’s own page (HTML)',
        description:
          'What the link in a text opens: the appointment, or a time offered from the waitlist. Changes nothing. A link that doesn’t work (made up, used up, in the past) is 404, with an explanation.',
        querystring: Question,
      },
    },
    async (request, reply) => {
      const opened = await openPatientLink(context, request.params.token);
      return send(reply, await pageOf(opened, request.query));
    },
  );

  server.post(
    '/a/:token',
    {
      errorHandler,
      config: {
        form: true,
        limits: { bytes: 4_096, fields: 8 },
        described: {
          body: { type: 'application/x-www-form-urlencoded', schema: LinkForm },
          answers: {
            ...PAGES,
            303: {
              description: 'Done',
              headers: { location: 'The link’s page, which shows what happened' },
            },
          },
        },
      },
      schema: {
        ...schema,
        operationId: 'submitPatientPage',
        summary: 'Move, cancel or undo; accept or decline an offer (form)',
        description:
          'Form fields: action (move, cancel, undo, accept, decline, leave) and, for move, slot. On success it’s 303 to the page, which shows what happened, and the link is used up. If someone took the time first, it’s 409 with other times.',
      },
    },
    async (request, reply) => {
      const opened = await openPatientLink(context, request.params.token);
      const form = LinkForm.safeParse(request.body ?? {});
      if (!opened || !form.success) return send(reply, await pageOf(opened, {}));
      try {
        await actByLink(context, opened, form.data, request.id);
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        // Used up in the meantime: the page shows by what.
        if (error.code !== 'LINK_SPENT') {
          return send(reply, await refusalPage(context, opened, error));
        }
      }
      return reply.code(303).headers(PRIVATE).header('location', `/a/${opened.token}`).send();
    },
  );

  server.get(
    '/a/:token/calendar.ics',
    {
      errorHandler,
      config: { described: { answers: { ...CALENDAR_FILE, '4XX': PAGES['4XX'], '5XX': PAGES['5XX'] } } },
      schema: {
        ...schema,
        operationId: 'downloadPatientCalendarFile',
        summary: 'The appointment behind a patient’s link as a calendar file',
        description:
          'For the calendar on the patient’s phone. 304 for a known ETag. A link that doesn’t work is 404, with an explanation.',
      },
    },
    async (request, reply) => {
      const opened = await openPatientLink(context, request.params.token);
      const readable =
        opened?.kind === 'appointment' && !['replaced', 'ended', 'over'].includes(opened.state);
      if (!readable) return send(reply, await pageOf(opened, {}));
      const { clinic, scope, appointment } = opened;
      const row = await context.database.withTenant(scope, (db) =>
        icsOfAppointment(db, scope.orgId, appointment.id),
      );
      if (!row) return send(reply, unknownPage());
      return sendCalendar(request, reply.headers(PRIVATE), {
        name: clinic.name,
        events: [
          { row, summary: `${row.service_name} at ${clinic.name}`, description: `With ${row.provider_name}` },
        ],
        file: 'appointment.ics',
      });
    },
  );

  const pageOf = async (
    opened: OpenedAppointment | OpenedOffer | undefined,
    { step, day, from }: z.infer<typeof Question>,
  ): Promise<Page> => {
    if (!opened) return unknownPage();
    const now = clock.now();
    if (opened.kind === 'offer') return offerPage(opened, now);
    if (opened.state !== 'open' || step === undefined) return appointmentPage(opened, now);
    if (step === 'cancel') return cancelPage(opened, now);
    return movePage(context, opened, day, from);
  };
}

async function movePage(
  context: PatientContext,
  opened: OpenedAppointment,
  day: string | undefined,
  from: string | undefined,
): Promise<Page> {
  const now = context.clock.now();
  try {
    const list = await findFreeDays(context, opened, day === undefined ? { from } : { day });
    const [chosen] = list.days;
    if (day !== undefined && chosen) return timesPage(opened, chosen);
    if (day === undefined) return daysPage(opened, list, now);
    const days = await findFreeDays(context, opened, { from: day });
    return daysPage(opened, days, now, 'There are no free times left that day.');
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return appointmentPage(opened, now, 'This appointment can’t be moved here. Please call us.');
  }
}

async function refusalPage(
  context: PatientContext,
  opened: OpenedAppointment | OpenedOffer,
  error: AppError,
): Promise<Page> {
  const now = context.clock.now();
  const isBookedThen = error.code === 'ALREADY_BOOKED';
  if (opened.kind === 'offer') {
    return { ...offerPage(opened, now, isBookedThen ? BOOKED_THEN : undefined), status: error.status };
  }
  const { alternatives } = error.extra as { alternatives?: Parameters<typeof takenPage>[1] };
  if (opened.state === 'open' && alternatives) {
    return takenPage(opened, alternatives, 'Someone else just took that time. Nothing was changed.');
  }
  if (opened.state === 'open' && error.code === 'SLOT_EXPIRED') {
    const list = await findFreeDays(context, opened, {});
    return daysPage(opened, list, now, 'That list was out of date. Here’s what’s free now.');
  }
  const sentence = isBookedThen
    ? BOOKED_THEN
    : error.code === 'SLOT_UNAVAILABLE'
      ? 'Someone else has taken that time. Please call us.'
      : error.message;
  return { ...appointmentPage(opened, now, sentence), status: error.status };
}

const BOOKED_THEN = 'You already have another appointment at that time. Nothing was changed.';

/** Not in a cache, not in a search engine, and never in the Referer of another site. */
const PRIVATE = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
};

const send = (reply: FastifyReply, { status, html }: Page): FastifyReply =>
  reply
    .code(status)
    .headers({ ...PRIVATE, 'content-security-policy': PATIENT_PAGE_POLICY })
    .type('text/html; charset=utf-8')
    .serializer((text: unknown) => String(text))
    .send(html);
