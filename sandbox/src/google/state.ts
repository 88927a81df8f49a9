import { createHash } from 'node:crypto';
import { z } from 'zod';

const timePoint = z.looseObject({
  date: z.string().optional(),
  dateTime: z.string().optional(),
  timeZone: z.string().optional(),
});

export const eventResource = z.looseObject({
  id: z.string(),
  etag: z.string(),
  status: z.string(),
  updated: z.string(),
  start: timePoint,
  end: timePoint,
});
export type EventResource = z.infer<typeof eventResource>;

const storedEvent = z.object({
  calendar: z.string(),
  /** its place in lists, and the moment of its last change: both count up, neither repeats */
  seq: z.number(),
  rev: z.number(),
  resource: eventResource,
});
export type StoredEvent = z.infer<typeof storedEvent>;

const grantOf = { client_id: z.string(), account: z.string() };

const code = z.object({
  code: z.string(),
  ...grantOf,
  scope: z.string(),
  redirect_uri: z.string(),
  challenge: z.string().nullable(),
  challenge_method: z.enum(['S256', 'plain']),
  with_refresh_token: z.boolean(),
  expires_at: z.number(),
});
export type Code = z.infer<typeof code>;

const accessToken = z.object({ token: z.string(), ...grantOf, scope: z.string(), expires_at: z.number() });
export type AccessToken = z.infer<typeof accessToken>;

const refreshToken = z.object({ token: z.string(), ...grantOf, scope: z.string() });
export type RefreshToken = z.infer<typeof refreshToken>;

export const googleEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('code'), code }),
  z.object({
    type: z.literal('tokens'),
    used_code: z.string().nullable(),
    access: accessToken,
    refresh: refreshToken.nullable(),
  }),
  z.object({ type: z.literal('revoked'), ...grantOf }),
  z.object({ type: z.literal('event'), event: storedEvent }),
  z.object({ type: z.literal('epoch'), epoch: z.string() }),
]);
export type GoogleEntry = z.infer<typeof googleEntry>;

export interface Calendar {
  id: string;
  summary: string;
  isPrimary: boolean;
}

export const calendarZone = 'America/New_York';

/** What Google knows, on one page. Built from the ledger only. */
export class GoogleState {
  readonly codes = new Map<string, Code>();
  readonly accessTokens = new Map<string, AccessToken>();
  readonly refreshTokens = new Map<string, RefreshToken>();
  /** client and account -> the scopes once allowed */
  readonly #grants = new Map<string, string>();
  readonly #events = new Map<string, Map<string, StoredEvent>>();
  #rev = 0;
  #epoch = '';

  apply(entry: GoogleEntry): void {
    switch (entry.type) {
      case 'code':
        this.codes.set(entry.code.code, entry.code);
        this.#grants.set(grantKey(entry.code), entry.code.scope);
        break;
      case 'tokens':
        if (entry.used_code) this.codes.delete(entry.used_code);
        this.accessTokens.set(entry.access.token, entry.access);
        if (entry.refresh) this.refreshTokens.set(entry.refresh.token, entry.refresh);
        break;
      case 'revoked':
        this.#grants.delete(grantKey(entry));
        for (const tokens of [this.accessTokens, this.refreshTokens, this.codes]) {
          for (const [key, token] of tokens) if (grantKey(token) === grantKey(entry)) tokens.delete(key);
        }
        break;
      case 'event': {
        const { event } = entry;
        this.eventsOf(event.calendar).set(event.resource.id, event);
        this.#rev = Math.max(this.#rev, event.rev);
        break;
      }
      case 'epoch':
        this.#epoch = entry.epoch;
    }
  }

  /** Names this life of the calendars: sync tokens of one that was forgotten are unknown. */
  get epoch(): string {
    return this.#epoch;
  }

  get rev(): number {
    return this.#rev;
  }

  hasGrant(client_id: string, account: string): boolean {
    return this.#grants.has(grantKey({ client_id, account }));
  }

  eventsOf(calendar: string): Map<string, StoredEvent> {
    const events = this.#events.get(calendar) ?? new Map<string, StoredEvent>();
    this.#events.set(calendar, events);
    return events;
  }

  allEvents(): StoredEvent[] {
    return [...this.#events.values()].flatMap((events) => [...events.values()]).sort((a, b) => a.seq - b.seq);
  }

  clear(): void {
    this.codes.clear();
    this.accessTokens.clear();
    this.refreshTokens.clear();
    this.#grants.clear();
    this.#events.clear();
    this.#epoch = '';
    this.#rev = 0;
  }
}

/** Each account has its own calendar and one it shares with the team. */
export function calendarsOf(account: string): Calendar[] {
  const hash = createHash('sha256').update(account).digest('hex').slice(0, 26);
  return [
    { id: account, summary: account, isPrimary: true },
    { id: `${hash}@group.calendar.google.com`, summary: 'Front desk', isPrimary: false },
  ];
}

function grantKey({ client_id, account }: { client_id: string; account: string }): string {
  return `${client_id} ${account}`;
}
