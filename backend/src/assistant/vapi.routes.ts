import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Connections } from '../connections/index.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import type { OrgId } from '../platform/tenant.ts';
import { receiveCallReport } from './call-log.ts';
import { parseEnvelope, readBody, readToolCalls, type ToolCallMessage } from './envelope.ts';
import { type RunToolOptions, runTool, type StoredToolAnswer } from './run-tool.ts';
import type { AuthenticateVapi } from './vapi-auth.ts';

export interface VapiRouteOptions extends RunToolOptions {
  database: Database;
  connections: Connections;
  authenticate: AuthenticateVapi;
}

export function registerVapiRoutes(server: HttpServer, options: VapiRouteOptions): void {
  const tags = ['vapi'];

  server.post(
    '/api/vapi/tools/:tool',
    {
      config: { rawBody: true },
      schema: {
        tags,
        summary: 'A tool call of the voice agent',
        params: z.object({ tool: z.string().max(64) }),
      },
    },
    async (request, reply) => {
      const { orgId, body } = await signedBody(options, request);
      const message = readToolCalls(body, request.params.tool);
      if (!message) throw malformed();
      return reply.send(await answerTools(options, request, orgId, message));
    },
  );

  server.post(
    '/api/vapi/webhook',
    { config: { rawBody: true }, schema: { tags, summary: 'Every other message of Vapi' } },
    async (request, reply) => {
      const { orgId, body } = await signedBody(options, request);
      const envelope = parseEnvelope(body);
      if (!envelope.success) throw malformed();
      const { message } = envelope.data;
      switch (message.type) {
        case 'assistant-request':
          return reply.send(await chooseAssistant(options.connections, orgId));
        case 'tool-calls': {
          const calls = readToolCalls(body, undefined);
          if (!calls) throw malformed();
          return reply.send(await answerTools(options, request, orgId, calls));
        }
        case 'end-of-call-report':
          await receiveCallReport(options.database, orgId, message);
          return acknowledged(reply);
        default:
          // The list of types grows; an unknown one must not be taken for a failure and sent again.
          return acknowledged(reply);
      }
    },
  );
}

const acknowledged = (reply: FastifyReply) => reply.send({ received: true });

const malformed = () =>
  new AppError({
    code: 'MALFORMED_MESSAGE',
    status: 400,
    detail:
      'This is neither a message of Vapi ({"message":{"type":...}}) nor the short form ({"toolCallId":"...","tool":{"arguments":{...}}}).',
  });

async function signedBody(
  options: VapiRouteOptions,
  request: FastifyRequest,
): Promise<{ orgId: OrgId; body: unknown }> {
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const orgId = await options.authenticate(request, raw);
  return { orgId, body: readBody(raw) };
}

async function answerTools(
  options: VapiRouteOptions,
  request: FastifyRequest,
  orgId: OrgId,
  message: ToolCallMessage,
) {
  const context = {
    orgId,
    callId: message.callId,
    callerNumber: message.callerNumber,
    requestId: request.id,
  };
  // One after the other, in the order they were asked: "cancel, then book" is not "book, then cancel".
  const results: (ReturnType<typeof result> & { stored: StoredToolAnswer })[] = [];
  for (const call of message.calls) {
    const stored = await runTool(options, call, context);
    results.push({ ...result(call.id, call.name, stored), stored });
  }
  const answer = { results: results.map(({ stored: _stored, ...rest }) => rest) };
  const [first] = results;
  if (message.form === 'envelope' || !first) return answer;
  const { ok, code, say, data } = first.stored;
  return { ...answer, success: ok, ...(ok ? {} : { error: code, message: say }), ...data };
}

const result = (toolCallId: string, name: string, stored: StoredToolAnswer) => ({
  toolCallId,
  name,
  ...(stored.ok ? { result: stored.say } : { error: stored.say }),
});

async function chooseAssistant(
  connections: Connections,
  orgId: OrgId,
): Promise<{ assistantId: string } | { error: string }> {
  const connection = await connections.find(orgId, 'vapi');
  const assistantId = connection?.details.assistant_id;
  return assistantId
    ? { assistantId }
    : { error: 'The receptionist is still being set up. Please call again in a minute.' };
}
