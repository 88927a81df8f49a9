import type { QueryClient } from '@tanstack/react-query';
import { createRoute, redirect } from '@tanstack/react-router';
import { z } from 'zod';
import { meQuery } from '../features/identity/api/me.ts';
import { modeQuery } from '../features/identity/api/mode.ts';
import { mayHaveSession } from '../features/identity/api/session.ts';
import { knownHere, rememberHere } from '../features/identity/known-here.ts';
import { ApiError } from '../lib/api/api-error.ts';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { Unavailable } from '../shell/outside.tsx';
import { rootRoute } from './root.ts';

/** Where a stranger starts: where only invited people sign up, an address without a link leads nowhere. */
const firstPage = (queryClient: QueryClient): Promise<'/sign-up' | '/sign-in'> =>
  queryClient.ensureQueryData(modeQuery).then(
    ({ sign_up }) => (sign_up === 'open' ? '/sign-up' : '/sign-in'),
    () => '/sign-up',
  );

/** Everything behind the sign-in: no path of its own, only the session, the rail and the live events. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  /** What Google's consent brings back to the page that started it. */
  validateSearch: z.object({
    google: z.string().optional().catch(undefined),
    reason: z.string().optional().catch(undefined),
  }),
  async beforeLoad({ context, location }) {
    const { queryClient } = context;
    // A visitor's first page must not start with a 401: a browser reports each of them as an error of the page.
    if (location.pathname === '/' && queryClient.getQueryData(meQuery.queryKey) === undefined) {
      if (!knownHere() && !(await mayHaveSession())) throw redirect({ to: await firstPage(queryClient) });
    }
    try {
      await queryClient.ensureQueryData(meQuery);
      rememberHere();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'NO_ORGANIZATION') throw redirect({ to: '/create-clinic' });
      if (error.code === 'SECOND_FACTOR_REQUIRED') throw redirect({ to: '/two-step-sign-in' });
      if (error.status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { to: location.href } });
    }
  },
  errorComponent: Unavailable,
  component: lazyPage(() => import('../shell/shell.tsx'), 'Shell'),
});
