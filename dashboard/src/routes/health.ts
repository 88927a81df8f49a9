import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from './app.ts';

export const healthRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/health',
  component: lazyRouteComponent(() => import('../features/health/health-page.tsx'), 'HealthPage'),
});
