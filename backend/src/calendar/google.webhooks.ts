import { timingSafeEqual } from 'node:crypto';
import { singleLine } from '@voxanne/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { GiveUp, type Inbox, type JobHandler, maskHeaders } from '../deliveries/index.ts';
import type { Clock } from '../platform/clock.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { listKnownProofs } from '../platform/rate-limits/known-proofs.ts';
import type { ProviderCap } from '../platform/rate-limits/provider-cap.ts';
import { findChannel, listChannels, requestSync } from './calendar-channels.queries.ts';

interface Channel {
  channelId: string;
  orgId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    googleChannel?: Channel;
  }
}

const PATH = '/api/webhooks/google/calendar';

const Proof = z.object({
  'x-goog-channel-id': z.string().min(1).max(64),
  'x-goog-channel-token': z.string().min(1).max(256),
  'x-goog-resource-id': z.string().min(1).max(500),
});
const Push = z.object({
  'x-goog-message-number': z.coerce.number().int().positive(),
  'x-goog-resource-state': singleLine(64).min(1),
});
const StoredPush = z.object({
  channel_id: z.string(),
  message_number: z.number(),
  resource_state: z.string(),
});

/** What Google calls when a calendar has changed: no body, and nothing about what changed. */
export function registerGoogleWebhooks(
  server: HttpServer,
  options: {
    database: Database;
    clock: Clock;
    inbox: Inbox;
    cap: ProviderCap;
    /** Whether strangers of this network are refused; what is made up there costs no statement. */
    isRefused: (request: FastifyRequest) => boolean;
  },
): void {
  const { database, clock, inbox, cap, isRefused } = options;
  const mayBeOurs = listKnownProofs(clock, async () =>
    (await database.serviceStatement(listChannels())).map(({ channel_id }) => channel_id),
  );
  const channelOf = async (request: FastifyRequest) => {
    const proof = Proof.safeParse(request.headers);
    if (!proof.success) throw refused();
    const channelId = proof.data['x-goog-channel-id'];
    if (isRefused(request) && !(await mayBeOurs(channelId))) throw refused();
    const [channel] = await database.serviceStatement(findChannel(channelId));
    const given = sha256(proof.data['x-goog-channel-token']);
    const isOurs = timingSafeEqual(given, channel?.tokenHash ?? NOBODY);
    if (!channel || !isOurs || channel.resourceId !== proof.data['x-goog-resource-id']) throw refused();
    return { channelId, orgId: channel.orgId };
  };

  server.post(
    PATH,
    {
      // Before the body, of which nothing is used.
      async onRequest(request) {
        request.googleChannel = await channelOf(request);
        await cap(request.googleChannel.orgId);
      },
      config: { rawBody: true, kind: 'webhook', limits: { bytes: 4_096 } },
      schema: {
        tags: ['webhooks'],
        operationId: 'receiveGooglePush',
        security: [{ googleChannel: [] }],
        summary: 'Google Calendar: something has changed',
        description:
          'Authenticated by X-Goog-Channel-Token, the watch’s secret. Only X-Goog-Channel-ID, X-Goog-Message-Number and X-Goog-Resource-State are read, never the body.',
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      if (!request.googleChannel) throw refused();
      const { channelId, orgId } = request.googleChannel;
      const push = Push.safeParse(request.headers);
      if (!push.success) throw malformed();
      const messageNumber = push.data['x-goog-message-number'];
      const state = push.data['x-goog-resource-state'];
      const payload: z.infer<typeof StoredPush> = {
        channel_id: channelId,
        message_number: messageNumber,
        resource_state: state,
      };
      const event = {
        provider: 'google' as const,
        scope: orgId,
        orgId,
        eventType: 'calendar',
        eventId: `${channelId}:${messageNumber}`,
        payload,
        arrival: {
          signature: 'channel_token' as const,
          headers: maskHeaders(request.headers),
          requestId: request.id,
        },
      };
      // "sync" says that the watch works, and that nothing has changed yet.
      if (state === 'sync') await inbox.keep(event);
      else await inbox.receive({ ...event, orderKey: `channel:${channelId}` });
      return reply.code(204).send();
    },
  );
}

/** A push, after its answer. What has changed is asked for by the sync. */
export const calendarPushHandler: JobHandler = async (job) => {
  const stored = StoredPush.safeParse(job.payload);
  const { org_id: orgId } = job;
  if (!stored.success || orgId === null)
    throw new GiveUp('The stored notification from Google can’t be read.');
  const { channel_id: channelId, message_number: messageNumber } = stored.data;
  return (db) => requestSync(db, { orgId, channelId, messageNumber });
};

// Also compared when there is no such channel, so that an answer takes the same time either way.
const NOBODY = Buffer.alloc(32);

const refused = () =>
  new AppError({
    code: 'INVALID_CHANNEL_TOKEN',
    status: 401,
    detail:
      'X-Goog-Channel-ID isn’t one of our watches, or X-Goog-Channel-Token isn’t its secret. A watch that expired or was replaced ends by itself, so there’s nothing to do.',
  });

const malformed = () =>
  new AppError({
    code: 'MALFORMED_MESSAGE',
    status: 400,
    detail:
      'This isn’t a notification from Google Calendar: X-Goog-Message-Number must be a number and X-Goog-Resource-State a word.',
  });
