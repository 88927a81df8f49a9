import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { z } from 'zod';
import { appRoute } from './app.ts';

const search = z.object({
  message: z.string().max(64).optional().catch(undefined),
});

export const messagesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/messages',
  validateSearch: search,
  component: lazyRouteComponent(() => import('../features/messaging/messages-page.tsx'), 'MessagesPage'),
});
