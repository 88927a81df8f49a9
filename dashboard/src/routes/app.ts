import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { meQuery } from '../features/identity/identity.api.ts';
import { knownHere, rememberHere } from '../features/identity/known-here.ts';
import { ApiError } from '../lib/api/api-error.ts';
import { rootRoute } from './root.ts';

/** Everything behind the sign-in: no path of its own, only the session, the rail and the live events. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  async beforeLoad({ context, location }) {
    // A stranger's first visit asks nothing: a browser reports every 401 as an error of the page.
    if (location.pathname === '/' && !knownHere()) throw redirect({ to: '/sign-up' });
    try {
      await context.queryClient.ensureQueryData(meQuery);
      rememberHere();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { to: location.href } });
    }
  },
  errorComponent: lazyRouteComponent(() => import('../shell/outside.tsx'), 'Unavailable'),
  component: lazyRouteComponent(() => import('../shell/shell.tsx'), 'Shell'),
});
