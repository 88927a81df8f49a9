import { hashKey, type Mutation, MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, isSignedOut } from './api-error.ts';
import { changeIdsOf, type OwnChanges, ownChanges } from './own-changes.ts';
import { isOffline } from './reachability.ts';
import { type MutationMeta, makeStale } from './staleness.ts';

const isTemporary = (error: Error) =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500) && !isOffline();

const answeredBy = (meta: MutationMeta | undefined, answer: unknown) => meta?.answers?.(answer as never);

/** What every mutation does with its answer, by what it says in its `meta`. */
function followMutations(
  queryClient: () => QueryClient,
  own: OwnChanges,
  onError: (error: Error) => void,
): MutationCache {
  const running = new WeakMap<object, ReturnType<OwnChanges['begin']>>();
  return new MutationCache({
    onError,
    onMutate(_variables, mutation: Mutation<unknown, unknown, unknown>) {
      const { changes } = mutation.meta ?? {};
      if (changes !== undefined) running.set(mutation, own.begin(changes));
    },
    async onSuccess(answer, _variables, _context, { meta }) {
      const queryKey = answeredBy(meta, answer);
      if (queryKey === undefined) return;
      // What is on its way was read before the change, and would come after it.
      await queryClient().cancelQueries({ queryKey, exact: true });
      queryClient().setQueryData(queryKey, answer);
    },
    // After a failure too: a refusal says that the page is out of date, and a lost answer says nothing.
    onSettled(answer, error, _variables, _context, mutation) {
      const { meta } = mutation;
      running.get(mutation)?.(changeIdsOf(answer));
      if (meta?.changes === undefined) return undefined;
      const answered = error === null ? answeredBy(meta, answer) : undefined;
      const fresh = makeStale(queryClient(), meta.changes, answered && hashKey(answered));
      // What closes after a success must not show what was before. A refused form takes the next Enter at once.
      return error === null ? fresh : undefined;
    },
  });
}

/** What this page shows is of a clinic that the person doesn't work in anymore. */
const CLINIC_GONE = new Set(['CLINIC_CHANGED', 'NOT_A_MEMBER', 'NO_ORGANIZATION']);

/**
 * Nothing waits for the network: a request without it fails at once and says so. By default it would be put aside
 * and sent when the network is back, long after the person has given it up.
 * @param onSignedOut - Called when the server no longer knows who asks.
 * @param onClinicGone - Called when the server no longer takes what is meant for the clinic on the page.
 * @param onKeptOut - Called when the clinic requires two-step sign-in, and this one took one step.
 */
export function createQueryClient(
  onSignedOut: () => void,
  onClinicGone: () => void,
  onKeptOut: () => void = () => undefined,
): QueryClient {
  const lookAt = (error: Error) => {
    if (!(error instanceof ApiError)) return;
    if (isSignedOut(error)) onSignedOut();
    if (CLINIC_GONE.has(error.code)) onClinicGone();
    if (error.code === 'SECOND_FACTOR_REQUIRED') onKeptOut();
  };
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error, query) {
        // Who asks without ever having signed in is a visitor: the router leads them to the sign-in.
        if (query.queryKey[0] !== 'me' || query.state.data !== undefined) lookAt(error);
      },
    }),
    mutationCache: followMutations(() => queryClient, ownChanges, lookAt),
    defaultOptions: {
      mutations: { networkMode: 'always', retry: false },
      queries: {
        networkMode: 'always',
        // With "always" it would be off.
        refetchOnReconnect: true,
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && isTemporary(error),
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
    },
  });
  return queryClient;
}
