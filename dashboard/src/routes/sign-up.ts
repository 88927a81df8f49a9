import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { rootRoute } from './root.ts';

export const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  component: lazyPage(() => import('../features/identity/sign-up-page.tsx'), 'SignUpPage'),
});
