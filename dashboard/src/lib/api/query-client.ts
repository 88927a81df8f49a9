import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, isSignedOut } from './api-error.ts';
import { isOffline } from './reachability.ts';

const isTemporary = (error: Error) =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500) && !isOffline();

/**
 * Nothing waits for the network: a request without it fails at once and says so. By default it would be put aside
 * and sent when the network is back, long after the person has given it up.
 * @param onSignedOut - Called when the server no longer knows who asks.
 */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const lookAt = (error: Error) => {
    if (error instanceof ApiError && isSignedOut(error)) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({
      onError(error, query) {
        // Who asks without ever having signed in is a visitor: the router leads them to the sign-in.
        if (query.queryKey[0] !== 'me' || query.state.data !== undefined) lookAt(error);
      },
    }),
    mutationCache: new MutationCache({ onError: lookAt }),
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
}
