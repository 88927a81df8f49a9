import { createRoute } from '@tanstack/react-router';
import { z } from 'zod';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { appRoute } from './app.ts';

/** They survive a reload. */
const search = z.object({
  call: z.string().max(120).optional().catch(undefined),
  caller: z.string().max(32).optional().catch(undefined),
});

export const setupRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/setup',
  validateSearch: search,
  component: lazyPage(() => import('../features/onboarding/setup-page.tsx'), 'SetupPage'),
});
