import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import type { Config } from '../platform/config.ts';

/** A message as Twilio holds it. */
export interface TwilioMessage {
  sid: string;
  /** Twilio's own word. */
  status: string;
  errorCode: string | null;
  body: string;
  from: string | null;
  /** A messaging service chose, or will choose, what it leaves from. */
  byService: boolean;
  createdAt: Date;
  isOutbound: boolean;
}

export interface TwilioClient {
  /** Loads the SDK, so that no first request waits for it after it was announced. */
  prepare(): Promise<void>;
  createMessage(message: {
    to: string;
    body: string;
    statusCallback?: string | undefined;
    /** Default: the sender of the deployment. */
    from?: string | undefined;
  }): Promise<TwilioMessage>;
  /** What was sent to a number since a moment, newest first. */
  findMessages(query: { to: string; since: Date }): Promise<TwilioMessage[]>;
  fetchMessage(sid: string): Promise<TwilioMessage>;
  /** Whether Twilio takes our credentials: it refuses the request where it does not. */
  fetchAccount(): Promise<void>;
}

// More texts to one number than this between an attempt and the question about it do not happen.
const MAX_LISTED = 200;

/** The vendor's SDK, loaded at the first call: it is the larger part of a second and of several megabytes. */
export function createTwilioClient(config: Config['twilio'], options: { timeoutMs: number }): TwilioClient {
  const open = async () => {
    // Past the package's index, which also loads tokens, TwiML and voice.
    const { default: Twilio } = await import('twilio/lib/rest/Twilio.js');
    const client = new Twilio(config.accountSid, config.authToken, {
      timeout: options.timeoutMs,
      autoRetry: false,
    });
    // The SDK appends /2010-04-01/...; a path in the base stays in front of it.
    if (config.baseUrl !== undefined) client.api.baseUrl = config.baseUrl;
    return client.api.v2010.account;
  };
  let opened: ReturnType<typeof open> | undefined;
  const account = () => {
    opened ??= open();
    return opened;
  };
  const messages = async () => (await account()).messages;
  const sender =
    config.messagingServiceSid === undefined
      ? { from: config.from }
      : { messagingServiceSid: config.messagingServiceSid };

  return {
    async prepare() {
      await account();
    },
    async createMessage({ to, body, statusCallback, from }) {
      const by = from === undefined ? sender : { from };
      return present(
        await (await messages()).create({ to, body, ...(statusCallback ? { statusCallback } : {}), ...by }),
      );
    },
    async findMessages({ to, since }) {
      // By `To` alone: `from` is empty until sent where a Messaging Service chooses it, and so is `DateSent`.
      const list = await (await messages()).list({ to, limit: MAX_LISTED, pageSize: MAX_LISTED });
      return list.map(present).filter(({ createdAt, isOutbound }) => isOutbound && createdAt >= since);
    },
    async fetchMessage(sid) {
      return present(await (await messages()).get(sid).fetch());
    },
    async fetchAccount() {
      await (await account()).fetch();
    },
  };
}

function present(message: MessageInstance): TwilioMessage {
  return {
    sid: message.sid,
    status: message.status,
    // The types say number; it is null as long as there was none, and NaN where the SDK could not read it.
    errorCode: Number.isInteger(message.errorCode) ? String(message.errorCode) : null,
    body: message.body,
    from: message.from ?? null,
    byService: Boolean(message.messagingServiceSid),
    createdAt: message.dateCreated,
    isOutbound: message.direction !== 'inbound',
  };
}

/** Verifies X-Twilio-Signature, in constant time, for the exact address that Twilio was given. */
export type SignatureCheck = (request: {
  signature: string | undefined;
  url: string;
  params: Record<string, string | string[]>;
}) => Promise<boolean>;

export function createSignatureCheck(authToken: string): SignatureCheck {
  let validate: typeof validateRequest | undefined;
  return async ({ signature, url, params }) => {
    if (!signature) return false;
    validate ??= (await import('twilio/lib/webhooks/webhooks.js')).validateRequest;
    return validate(authToken, signature, url, params);
  };
}
