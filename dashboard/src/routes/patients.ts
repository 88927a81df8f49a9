import { createRoute } from '@tanstack/react-router';
import { z } from 'zod';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { appRoute } from './app.ts';

const search = z.object({
  find: z.string().max(120).optional().catch(undefined),
  status: z.enum(['pending', 'active', 'archived']).optional().catch(undefined),
  patient: z.string().max(64).optional().catch(undefined),
});

export const patientsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/patients',
  validateSearch: search,
  component: lazyPage(() => import('../features/contacts/contacts-page.tsx'), 'ContactsPage'),
});
