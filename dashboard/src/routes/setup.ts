import { createRoute } from '@tanstack/react-router';
import { z } from 'zod';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { appRoute } from './app.ts';

/** `google` and `reason` are what the calendar's consent brings back; `call` and `caller` survive a reload. */
const search = z.object({
  google: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  call: z.string().max(120).optional().catch(undefined),
  caller: z.string().max(32).optional().catch(undefined),
});

export const setupRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/setup',
  validateSearch: search,
  component: lazyPage(() => import('../features/onboarding/setup-page.tsx'), 'SetupPage'),
});
