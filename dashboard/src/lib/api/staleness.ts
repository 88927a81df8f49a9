import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { LiveEventType } from '@voxanne/contract';

/** The first part of every query key: what is read. */
type Subject =
  | 'account'
  | 'api-keys'
  | 'appointments'
  | 'availability'
  | 'call'
  | 'contacts'
  | 'deliveries'
  | 'health'
  | 'integrations'
  | 'invitation'
  | 'invitations'
  | 'me'
  | 'members'
  | 'messages'
  | 'mode'
  | 'my-organizations'
  | 'onboarding'
  | 'organization'
  | 'owner-link'
  | 'phone'
  | 'providers'
  | 'services'
  | 'session'
  | 'sessions'
  | 'tasks'
  | 'time-off'
  | 'vapi'
  | 'waitlist';

/** What no live event reports, so that only the page that did it hears of it. */
type LocalChange =
  | 'account.changed'
  | 'breaker.reset'
  | 'calendar.tested'
  | 'delivery.replayed'
  | 'vapi_secret.rotated';

/** What can happen to the clinic's data: live events say it about everyone's changes, mutations about their own. */
export type Change = LiveEventType | LocalChange;

/** The one table of what is read again after what, whoever did it. */
export const staleAfter: Record<Change, readonly Subject[]> = {
  'organization.updated': ['me', 'my-organizations', 'organization', 'availability', 'onboarding', 'health'],
  'calendar.connected': ['integrations', 'onboarding', 'health', 'appointments'],
  'calendar.changed': ['integrations', 'onboarding', 'health', 'appointments', 'availability'],
  'assistant.ready': ['integrations', 'vapi', 'onboarding', 'health'],
  'appointment.booked': ['appointments', 'availability', 'onboarding', 'contacts'],
  'appointment.updated': ['appointments', 'availability', 'onboarding', 'contacts'],
  'message.created': ['messages', 'appointments', 'contacts', 'phone', 'onboarding'],
  'message.updated': ['messages', 'appointments', 'contacts', 'phone', 'onboarding'],
  'call.ended': ['call', 'onboarding', 'appointments', 'messages', 'phone'],
  'contact.updated': ['contacts', 'appointments', 'onboarding'],
  'waitlist.updated': ['waitlist', 'contacts', 'onboarding'],
  'task.updated': ['tasks', 'onboarding'],
  'service.updated': ['services', 'availability', 'onboarding'],
  'provider.updated': ['providers', 'availability', 'appointments', 'time-off', 'onboarding'],
  'time_off.updated': ['time-off', 'availability', 'onboarding'],
  'team.updated': ['members', 'invitations', 'me', 'my-organizations', 'onboarding'],
  'api_key.updated': ['api-keys', 'onboarding'],
  'account.changed': ['account', 'sessions', 'session', 'me'],
  'breaker.reset': ['health'],
  'calendar.tested': ['integrations'],
  'delivery.replayed': ['deliveries', 'health'],
  'vapi_secret.rotated': ['vapi'],
};

const LOCAL: ReadonlySet<string> = new Set<LocalChange>([
  'account.changed',
  'breaker.reset',
  'calendar.tested',
  'delivery.replayed',
  'vapi_secret.rotated',
]);

/** What is read again after a gap in the stream, when no one knows which events were missed. */
export const everythingLive: readonly Change[] = (Object.keys(staleAfter) as Change[]).filter(
  (change) => !LOCAL.has(change),
);

/** What a mutation says about itself; the mutation cache (query-client.ts) does the rest. */
// A type, because an interface has no index signature, which the library asks for.
export type MutationMeta = {
  changes?: readonly Change[];
  /** The query whose data the answer is: it is put there, and not asked for again. */
  answers?: (answer: never) => QueryKey;
};

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: MutationMeta;
    queryKey: readonly [Subject, ...unknown[]];
  }
}

/**
 * Reads again what the page shows of it now, and the rest when it is shown next.
 * @param answered - The hash of a query that is up to date already.
 */
export function makeStale(
  queryClient: QueryClient,
  changes: readonly Change[],
  answered?: string,
): Promise<void> {
  const subjects = new Set<unknown>(changes.flatMap((change) => staleAfter[change]));
  return queryClient.invalidateQueries({
    predicate: ({ queryKey, queryHash }) => subjects.has(queryKey[0]) && queryHash !== answered,
  });
}
