import {
  SimulatedCall,
  SimulatedCallRequest,
  SimulatedCallStarted,
  SimulatedPhone,
  singleLine,
} from '@voxanne/contract';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { toE164 } from '../platform/phone.ts';
import { findClinic, requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import type { SandboxClient } from './sandbox.client.ts';
import { ownMessageSids } from './simulator.queries.ts';

export interface SimulatorOptions {
  database: Database;
  sandbox: SandboxClient;
  tenantResolver: TenantResolver;
}

/** "Call your receptionist": the same signed HTTP as a real call, with a scripted caller. Sandbox mode only. */
export function registerSimulatorRoutes(server: HttpServer, options: SimulatorOptions): void {
  const { database, sandbox, tenantResolver } = options;
  const tags = ['simulator'];

  server.post(
    '/api/simulator/call',
    {
      onRequest: [tenantResolver, requireRight('appointments.book')],
      schema: {
        tags,
        operationId: 'startSimulatedCall',
        summary: 'Play a phone call',
        description:
          'Sandbox mode only. A scripted caller calls the receptionist and books, using the same signed requests as a real call.',
        body: SimulatedCallRequest,
        response: { 200: SimulatedCallStarted },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { from, patient_name: name, service_type } = request.body;
      const { country } = await database.withTenant(tenant, (db) => findClinic(db, tenant.orgId));
      const caller = numberOf(from, country);
      const script = {
        patient: { phone: caller, ...(name ? { name } : {}) },
        ...(service_type ? { service_type } : {}),
      };
      return { call_id: await sandbox.call({ org_id: tenant.orgId, from: caller, script }) };
    },
  );

  server.get(
    '/api/simulator/calls/:id',
    {
      onRequest: [tenantResolver, requireRight('calls.read')],
      schema: {
        tags,
        operationId: 'getSimulatedCall',
        summary: 'A played call so far',
        description: 'Sandbox mode only. What was said, and which tools were called.',
        params: z.object({ id: singleLine(100).min(1) }),
        response: { 200: SimulatedCall },
      },
    },
    async (request) => {
      const call = await sandbox.findCall(request.params.id);
      if (!call || call.org_id !== tenantOf(request).orgId) {
        throw new AppError({
          code: 'CALL_NOT_FOUND',
          status: 404,
          detail: 'We couldn’t find that call. Check its id.',
        });
      }
      return {
        call_id: call.call_id,
        status: call.status,
        ended_reason: call.ended_reason ?? null,
        transcript: call.transcript,
        tool_calls: call.tool_calls.map((tool) => ({
          id: tool.id,
          name: tool.name,
          result: tool.result ?? null,
          error: tool.error ?? null,
          ms: tool.ms ?? null,
        })),
      };
    },
  );

  server.get(
    '/api/simulator/phone',
    {
      onRequest: [tenantResolver, requireRight('messages.read')],
      schema: {
        tags,
        operationId: 'getSimulatedPhone',
        summary: 'What the patient’s phone shows',
        description: 'Sandbox mode only. The texts of this clinic that reached the number.',
        querystring: z.object({ number: singleLine(40).min(3) }),
        response: { 200: SimulatedPhone },
      },
    },
    async (request) => {
      const tenant = tenantOf(request);
      const { country } = await database.withTenant(tenant, (db) => findClinic(db, tenant.orgId));
      const number = numberOf(request.query.number, country);
      const texts = await sandbox.textsTo(number);
      // The stand-in's phone is everyone's: a clinic sees its own texts on it.
      const own = await database.withTenant(tenant, (db) =>
        ownMessageSids(
          db,
          tenant.orgId,
          texts.map((text) => text.sid),
        ),
      );
      return {
        number,
        data: texts
          .filter((text) => own.has(text.sid))
          .map(({ sid, from, body, at }) => ({ sid, from, body, at })),
      };
    },
  );
}

function numberOf(text: string, country: string): string {
  const number = toE164(text, country);
  if (number === null) {
    throw new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail: 'That isn’t a phone number. Write it with its country code, such as +1 415 555 0132.',
      extra: { errors: [{ path: 'from', message: 'is not a phone number' }] },
    });
  }
  return number;
}
