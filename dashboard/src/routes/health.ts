import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { appRoute } from './app.ts';

export const healthRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/health',
  component: lazyPage(() => import('../features/health/health-page.tsx'), 'HealthPage'),
});
