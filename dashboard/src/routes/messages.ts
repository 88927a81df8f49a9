import { createRoute } from '@tanstack/react-router';
import { z } from 'zod';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { appRoute } from './app.ts';

const search = z.object({
  message: z.string().max(64).optional().catch(undefined),
});

export const messagesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/messages',
  validateSearch: search,
  component: lazyPage(() => import('../features/messaging/messages-page.tsx'), 'MessagesPage'),
});
