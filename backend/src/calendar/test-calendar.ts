import type { SafeCallInstance } from '@voxanne/safe-call';
import { type Connections, googleStatus } from '../connections/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { OrgId } from '../platform/tenant.ts';
import type { GoogleClient } from './google.client.ts';
import type { CalendarTokens } from './tokens.ts';

export interface TestCalendarOptions {
  connections: Connections;
  google: GoogleClient;
  tokens: CalendarTokens;
  resilience: SafeCallInstance;
  clock: Clock;
}

/** Really asks Google: the token, the calendar, its free times. The answer is the status plus one sentence. */
export async function testCalendar(options: TestCalendarOptions, orgId: OrgId) {
  const { connections, google, tokens, resilience, clock } = options;
  const now = clock.now();
  const result = await resilience.safeCall(
    'google_calendar_freebusy',
    ({ signal }) =>
      tokens.use(orgId, async (accessToken) => {
        const { id } = await google.primaryCalendar(accessToken, signal);
        await google.readFreeBusy(accessToken, id, now, new Date(now.getTime() + 86_400_000), signal);
        return id;
      }),
    { key: orgId, retries: 1, deadlineMs: 10_000 },
  );
  const connection = await connections.find(orgId, 'google');
  const status = googleStatus(
    connection && { status: connection.status, expires_at: connection.expiresAt },
    clock.now(),
  );
  const message = result.success
    ? `Google is connected: Voxanne can read and write the calendar ${result.data}.`
    : status === 'not_linked'
      ? 'No calendar is linked yet.'
      : `Google didn’t respond the way it should (${result.error.kind}). ${status === 'reconnect_required' ? 'Link the calendar again.' : 'Voxanne will keep trying.'}`;
  return { ok: result.success, status, message, elapsed_ms: Math.round(result.elapsedMs) };
}
