import { createRoute } from '@tanstack/react-router';
import { DeliveryProvider, DeliveryStatus } from '@voxanne/contract';
import { z } from 'zod';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
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
  component: lazyPage(() => import('../features/deliveries/deliveries-page.tsx'), 'DeliveriesPage'),
});
