import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, lazyRouteComponent } from '@tanstack/react-router';

const outside = () => import('../shell/outside.tsx');

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  notFoundComponent: lazyRouteComponent(outside, 'NotFound'),
  errorComponent: lazyRouteComponent(outside, 'Unavailable'),
});
