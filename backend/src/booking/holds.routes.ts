import { HeldTimeList, HeldTimeQuery, Hold, HoldRequest, Id } from '@voxanne/contract';
import { z } from 'zod';
import { IdempotencyHeaders } from '../deliveries/index.ts';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, tenantOf } from '../tenancy/index.ts';
import { answerOnce } from './answer-once.ts';
import { heldTimes } from './booking.queries.ts';
import { inBookingTransaction } from './booking-transaction.ts';
import { holdSlot, releaseHold } from './hold-slot.ts';
import { type BookingRouteOptions, originOf } from './request-origin.ts';

export function registerHoldRoutes(
  server: HttpServer,
  { context, tenantResolver }: BookingRouteOptions,
): void {
  const tags = ['booking'];

  server.get(
    '/api/holds',
    {
      onRequest: [tenantResolver, requireRight('appointments.read')],
      schema: {
        tags,
        operationId: 'listHolds',
        summary: 'Times that are held',
        description:
          'Times held right now for no one in particular, from `from` up to, but not including, `to`, soonest first. A time held for a patient is in GET /api/appointments.',
        querystring: HeldTimeQuery,
        response: { 200: HeldTimeList },
      },
    },
    async (request) => {
      const scope = tenantOf(request);
      const { from, to } = request.query;
      const rows = await context.database.withTenant(scope, (db) =>
        heldTimes(db, scope.orgId, new Date(from), new Date(to)),
      );
      return {
        data: rows.map(({ id, scheduled_at, hold_expires_at, ...row }) => ({
          hold_id: id,
          ...row,
          scheduled_at: scheduled_at.toISOString(),
          expires_at: hold_expires_at.toISOString(),
        })),
      };
    },
  );

  server.post(
    '/api/holds',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        tags,
        operationId: 'holdTime',
        summary: 'Hold a time',
        description:
          'No one else can book it until `expires_at`. Book it with `hold_id` in POST /api/appointments, or release it with DELETE. A taken time is 409 SLOT_UNAVAILABLE with `alternatives`.',
        body: HoldRequest,
        headers: IdempotencyHeaders,
        response: { 201: Hold },
      },
    },
    (request, reply) => {
      const { body } = request;
      const hold = {
        serviceType: body.service_type,
        when:
          body.slot_id === undefined ? { at: new Date(body.scheduled_at ?? '') } : { slotId: body.slot_id },
        durationMinutes: body.duration_minutes,
        providerId: body.provider_id,
        seconds: body.minutes * 60,
      };
      return answerOnce(context, request, reply, async (tx) => {
        const held = await holdSlot(tx, hold, originOf(request));
        return {
          status: 201,
          body: {
            success: true,
            hold_id: held.holdId,
            service_type: held.serviceType,
            scheduled_at: held.scheduledAt.toISOString(),
            duration_minutes: held.durationMinutes,
            provider_id: held.providerId,
            expires_at: held.expiresAt.toISOString(),
          } satisfies Hold,
        };
      });
    },
  );

  server.delete(
    '/api/holds/:id',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        tags,
        operationId: 'releaseHold',
        summary: 'Release a held time',
        description: 'It can be booked again right away.',
        params: z.object({ id: Id }),
        response: { 204: z.undefined().describe('It is free again') },
      },
    },
    async (request, reply) => {
      await inBookingTransaction(context, tenantOf(request), (tx) =>
        releaseHold(tx, request.params.id, originOf(request)),
      );
      return reply.code(204).send();
    },
  );
}
