import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { rootRoute } from './root.ts';

/** For someone who is signed in; the secret of the operator's link is behind the "#", which no server sees. */
export const createClinicRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/create-clinic',
  component: lazyPage(() => import('../features/organizations/create-clinic-page.tsx'), 'CreateClinicPage'),
});
