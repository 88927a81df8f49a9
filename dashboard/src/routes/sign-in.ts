import { createRoute } from '@tanstack/react-router';
import { z } from 'zod';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { rootRoute } from './root.ts';

/** Where to go afterward: a path of this site and nothing else. */
const search = z.object({
  to: z
    .string()
    .regex(/^\/(?![/\\])/)
    .optional()
    .catch(undefined),
});

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: search,
  component: lazyPage(() => import('../features/identity/sign-in-page.tsx'), 'SignInPage'),
});
