import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from './app.ts';

export const todayRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../features/booking/today-page.tsx'), 'TodayPage'),
});
