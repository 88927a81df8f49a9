import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { appRoute } from './app.ts';

const search = z.object({
  to: z.string().max(40).optional().catch(undefined),
  message: z.string().max(64).optional().catch(undefined),
});

export const messagesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/messages',
  validateSearch: search,
  component: lazyRouteComponent(() => import('../features/messaging/messages-page.tsx'), 'MessagesPage'),
});
