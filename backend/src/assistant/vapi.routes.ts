import { singleLine } from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { maskHeaders } from '../deliveries/index.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import type { ProviderCap } from '../platform/rate-limits/provider-cap.ts';
import { measureBody } from '../platform/read-body.ts';
import { type AnswerOptions, answerMessage, isAnswered } from './answer-message.ts';
import { answerTools } from './answer-tools.ts';
import type { Arrived } from './arrived.ts';
import { receiveCallReport, receiveCallState } from './call-log.ts';
import { Envelope, parseEnvelope, readBody, readToolCalls, ToolCallBody } from './envelope.ts';
import { keepMessage } from './keep-message.ts';
import type { RunToolOptions } from './run-tool.ts';
import type { AuthenticateVapi, ProveVapi } from './vapi-auth.ts';

declare module 'fastify' {
  interface FastifyRequest {
    vapiProof?: ProveVapi;
    cameAt?: Date;
  }
}

export interface VapiRouteOptions extends RunToolOptions, AnswerOptions {
  authenticate: AuthenticateVapi;
  /** Of what a caller waits for, and of everything else: a flood of messages leaves the tools alone. */
  caps: { calls: ProviderCap; messages: ProviderCap };
}

export function registerVapiRoutes(server: HttpServer, options: VapiRouteOptions): void {
  const tags = ['vapi'];
  // Before the body: it may be a megabyte.
  const onRequest = async (request: FastifyRequest) => {
    request.cameAt = new Date();
    request.vapiProof = await options.authenticate(request);
  };
  // A report at the end of a call brings every word and tool result of an hour.
  const config = { rawBody: true, limits: { bytes: 1_048_576, fields: 100_000, depth: 40 } };

  server.post(
    '/api/vapi/tools/:tool',
    {
      onRequest,
      config: {
        ...config,
        kind: 'webhook',
        described: {
          body: { type: 'application/json', schema: ToolCallBody },
          answers: json('One result for each call', ToolAnswer),
        },
      },
      schema: {
        tags,
        operationId: 'runVapiTool',
        security: VAPI_SECURITY,
        summary: 'A tool call of the voice agent',
        description:
          'Takes Vapi’s message or the short form for scripts. A tool that couldn’t do its job says so in `error`, with status 200: with any other status the caller would hear nothing.',
        params: z.object({ tool: singleLine(64) }),
      },
    },
    async (request, reply) => {
      const { body, ...arrived } = signedBody(request);
      const message = readToolCalls(body, request.params.tool);
      if (!message) throw malformed();
      await options.caps.calls(arrived.orgId);
      return reply.send(await answerTools(options, arrived, message));
    },
  );

  server.post(
    '/api/vapi/webhook',
    {
      onRequest,
      config: {
        ...config,
        kind: 'webhook',
        described: {
          body: { type: 'application/json', schema: Envelope },
          answers: json('What the message asks for, or an acknowledgement', WebhookAnswer),
        },
      },
      schema: {
        tags,
        operationId: 'receiveVapiMessage',
        security: VAPI_SECURITY,
        summary: 'All other messages from Vapi',
        description: 'Messages that need an answer get one; all others are stored and acknowledged.',
      },
    },
    async (request, reply) => {
      const { body, ...arrived } = signedBody(request);
      const envelope = parseEnvelope(body);
      if (!envelope.success) throw malformed();
      const { message } = envelope.data;
      const isWaitedFor = isAnswered(message.type) || TOOL_MESSAGES.has(message.type);
      await options.caps[isWaitedFor ? 'calls' : 'messages'](arrived.orgId);
      if (isAnswered(message.type)) {
        return reply.send(await answerMessage(options, arrived, message.type, message));
      }
      switch (message.type) {
        case 'tool-calls':
        case 'function-call': {
          const calls = readToolCalls(body, undefined);
          if (!calls) throw malformed();
          return reply.send(await answerTools(options, arrived, calls));
        }
        case 'end-of-call-report':
          await receiveCallReport(options.inbox, arrived, message);
          return acknowledged(reply);
        case 'status-update':
          await receiveCallState(options.inbox, arrived, message);
          return acknowledged(reply);
        default:
          await keepMessage(options.inbox, arrived, message);
          // The list of types grows; an unknown one must not be taken for a failure and sent again.
          return acknowledged(reply);
      }
    },
  );
}

const TOOL_MESSAGES = new Set(['tool-calls', 'function-call']);

const VAPI_SECURITY: Record<string, string[]>[] = [
  { vapiSecret: [] },
  { vapiBearer: [] },
  { vapiSignature: [] },
];

const ToolResult = z.object({
  toolCallId: z.string(),
  name: z.string(),
  result: z.string().optional().describe('A line to say to the caller'),
  error: z
    .string()
    .optional()
    .describe('A line to say to the caller: why it couldn’t be done, and what to ask'),
});
const ToolAnswer = z
  .looseObject({
    results: z.array(ToolResult).optional(),
    result: z.string().optional().describe('Instead of `results`, for the older message `function-call`'),
    success: z.boolean().optional().describe('For the short form only, next to what the tool found'),
    error: z.string().optional(),
    message: z.string().optional(),
  })
  .meta({ id: 'VapiToolAnswer' });
const WebhookAnswer = z
  .union([
    ToolAnswer,
    z.object({ received: z.literal(true) }),
    z.object({ assistantId: z.string() }),
    z.object({ error: z.string() }),
    z.object({ destination: z.looseObject({ type: z.string() }) }),
    z.object({ documents: z.array(z.looseObject({ content: z.string() })) }),
  ])
  .meta({ id: 'VapiWebhookAnswer' });
const json = (description: string, schema: z.ZodType) => ({
  200: { description, content: { 'application/json': schema } },
});

const acknowledged = (reply: FastifyReply) => reply.send({ received: true });

const malformed = () =>
  new AppError({
    code: 'MALFORMED_MESSAGE',
    status: 400,
    detail:
      'This isn’t a Vapi message ({"message":{"type":...}}) or the short form ({"toolCallId":"...","tool":{"arguments":{...}}}).',
  });

function signedBody(request: FastifyRequest): Arrived & { body: unknown } {
  if (!request.vapiProof) throw new Error('This route does not check a proof before the body.');
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const { orgId, signature } = request.vapiProof(raw);
  measureBody(request, raw);
  const arrival = { signature, headers: maskHeaders(request.headers), requestId: request.id };
  return { orgId, arrival, at: request.cameAt ?? new Date(), raw, body: readBody(raw) };
}
