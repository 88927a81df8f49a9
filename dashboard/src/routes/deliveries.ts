import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { DeliveryProvider, DeliveryStatus } from '@voxanne/contract';
import { z } from 'zod';
import { appRoute } from './app.ts';

const search = z.object({
  list: z.literal('outgoing').optional().catch(undefined),
  status: DeliveryStatus.optional().catch(undefined),
  provider: DeliveryProvider.optional().catch(undefined),
  delivery: z.guid().optional().catch(undefined),
});

export const deliveriesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/deliveries',
  validateSearch: search,
  component: lazyRouteComponent(() => import('../features/deliveries/deliveries-page.tsx'), 'DeliveriesPage'),
});
