import {
  Appointment,
  CancelRequest,
  ChangedAppointment,
  Id,
  MoveRequest,
  StatusRequest,
  UndoRequest,
} from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IdempotencyHeaders } from '../deliveries/index.ts';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, tenantOf } from '../tenancy/index.ts';
import { answerOnce } from './answer-once.ts';
import { presentAppointment } from './appointments.routes.ts';
import { type BookingTransaction, inBookingTransaction } from './booking-transaction.ts';
import { cancelAppointment } from './cancel-appointment.ts';
import type { ChangedAppointment as Changed } from './changed-appointment.ts';
import { moveAppointment } from './move-appointment.ts';
import { type BookingRouteOptions, insistenceOf, originOf } from './request-origin.ts';
import { setStatus } from './set-status.ts';
import { undoAppointment } from './undo-appointment.ts';
import { withdrawText } from './withdraw-text.ts';

/** What a body says beside the appointment that it is about. */
const changeOf = <Body extends { notify_after_s: number }>(
  body: Body | null | undefined,
  appointmentId: string,
) => {
  const { notify_after_s: notifyAfterSeconds, ...change } = body ?? { notify_after_s: 0 };
  return { ...(change as Omit<Body, 'notify_after_s'>), appointmentId, notifyAfterSeconds };
};

const common = {
  tags: ['booking'],
  params: z.object({ id: Id }),
  headers: IdempotencyHeaders,
  response: { 200: ChangedAppointment },
};

export function registerChangeRoutes(
  server: HttpServer,
  { context, tenantResolver }: BookingRouteOptions,
): void {
  const changeOnce = (
    request: FastifyRequest,
    reply: Pick<FastifyReply, 'code' | 'header'>,
    change: (tx: BookingTransaction) => Promise<Changed>,
  ) =>
    answerOnce(context, request, reply, async (tx) => {
      const { appointment, confirmation } = await change(tx);
      return {
        status: 200,
        body: {
          ...presentAppointment(appointment),
          success: true,
          appointment_id: appointment.id,
          confirmation,
        } satisfies ChangedAppointment,
      };
    });

  server.patch(
    '/api/appointments/:id',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        ...common,
        operationId: 'moveAppointment',
        summary: 'Change an appointment',
        description:
          'Its time, length, provider, service, patient or notes, in one step. It keeps its id and its event in Google. The patient gets a text if the time changed, and so does a new patient; other changes send no text. A taken time is 409 SLOT_UNAVAILABLE with `alternatives`. If you send the `version` you saw and someone else was faster, it’s 409 CHANGED_MEANWHILE. A provider who left is 422 PROVIDER_NOT_FOUND; leave the provider out and another one takes over. Can be undone for ten minutes.',
        body: MoveRequest,
      },
    },
    (request, reply) => {
      const { body, params } = request;
      const move = {
        appointmentId: params.id,
        when:
          body.slot_id !== undefined
            ? { slotId: body.slot_id }
            : body.scheduled_at !== undefined
              ? { at: new Date(body.scheduled_at) }
              : undefined,
        durationMinutes: body.duration_minutes,
        providerId: body.provider_id,
        serviceType: body.service_type,
        contactId: body.contact_id,
        notes: body.notes,
        overbook: body.overbook,
        reason: body.reason,
        notify: body.notify,
        notifyAfterSeconds: body.notify_after_s,
        version: body.version,
        insist: insistenceOf(body),
      };
      return changeOnce(request, reply, (tx) => moveAppointment(tx, move, originOf(request)));
    },
  );

  server.post(
    '/api/appointments/:id/cancel',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        ...common,
        operationId: 'cancelAppointment',
        summary: 'Cancel an appointment',
        description:
          'The time is free right away. Can be undone for ten minutes, as long as no one else has taken it.',
        body: CancelRequest.nullish(),
      },
    },
    (request, reply) =>
      changeOnce(request, reply, (tx) =>
        cancelAppointment(tx, changeOf(request.body, request.params.id), originOf(request)),
      ),
  );

  server.post(
    '/api/appointments/:id/undo',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        ...common,
        operationId: 'undoAppointmentChange',
        summary: 'Undo the last move or cancellation',
        description:
          'For ten minutes, as long as the previous time is free; otherwise 409 UNDO_EXPIRED, NOTHING_TO_UNDO, or SLOT_UNAVAILABLE with `alternatives`.',
        body: UndoRequest.nullish(),
      },
    },
    (request, reply) =>
      changeOnce(request, reply, (tx) =>
        undoAppointment(tx, changeOf(request.body, request.params.id), originOf(request)),
      ),
  );

  server.post(
    '/api/appointments/:id/withdraw-text',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        tags: common.tags,
        params: common.params,
        operationId: 'withdrawText',
        summary: 'Don’t text the patient about the last change',
        description:
          'Only while the text is waiting (`notify_after_s`). The change itself stays. 409 NO_TEXT_WAITS if the text has already been sent, or there was none to send. Audited.',
        response: { 200: Appointment },
      },
    },
    async (request) =>
      presentAppointment(
        await inBookingTransaction(context, tenantOf(request), (tx) =>
          withdrawText(tx, request.params.id, request.id),
        ),
      ),
  );

  server.post(
    '/api/appointments/:id/status',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        ...common,
        operationId: 'setAppointmentStatus',
        summary: 'Update visit status',
        description:
          'Checked in, done, no-show, or back to confirmed. Canceling and undoing have their own routes. A change that isn’t allowed is 409 ILLEGAL_TRANSITION. More than 30 minutes before the start it’s 409 TOO_EARLY, unless `early` is true.',
        body: StatusRequest,
      },
    },
    (request, reply) =>
      changeOnce(request, reply, (tx) =>
        setStatus(tx, changeOf(request.body, request.params.id), originOf(request)),
      ),
  );
}
