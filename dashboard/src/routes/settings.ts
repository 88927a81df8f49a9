import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from './app.ts';

export const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/tenancy/settings-page.tsx'), 'SettingsPage'),
});
