import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { rootRoute } from './root.ts';

/** The link of an invitation; its secret is behind the "#", which no server sees. */
export const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/join',
  component: lazyPage(() => import('../features/team/join-page.tsx'), 'JoinPage'),
});
