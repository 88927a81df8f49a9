import { createRoute } from '@tanstack/react-router';
import { z } from 'zod';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { appRoute } from './app.ts';

const settings = createRoute({ getParentRoute: () => appRoute, path: '/settings' });

const clinic = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: lazyPage(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

const hours = createRoute({
  getParentRoute: () => settings,
  path: '/hours',
  validateSearch: z.object({ provider: z.guid().optional().catch(undefined) }),
  component: lazyPage(() => import('../features/schedule/hours-page.tsx'), 'HoursPage'),
});

/** The id of what the drawer shows, or "new". */
const opened = z.object({ open: z.string().max(64).optional().catch(undefined) });

const services = createRoute({
  getParentRoute: () => settings,
  path: '/services',
  validateSearch: opened,
  component: lazyPage(() => import('../features/schedule/services-page.tsx'), 'ServicesPage'),
});

const providers = createRoute({
  getParentRoute: () => settings,
  path: '/providers',
  validateSearch: opened,
  component: lazyPage(() => import('../features/schedule/providers-page.tsx'), 'ProvidersPage'),
});

const timeOff = createRoute({
  getParentRoute: () => settings,
  path: '/time-off',
  validateSearch: opened,
  component: lazyPage(() => import('../features/schedule/time-off-page.tsx'), 'TimeOffPage'),
});

const team = createRoute({
  getParentRoute: () => settings,
  path: '/team',
  component: lazyPage(() => import('../features/team/team-page.tsx'), 'TeamPage'),
});

const apiKeys = createRoute({
  getParentRoute: () => settings,
  path: '/api-keys',
  component: lazyPage(() => import('../features/api-keys/api-keys-page.tsx'), 'ApiKeysPage'),
});

const security = createRoute({
  getParentRoute: () => settings,
  path: '/security',
  component: lazyPage(() => import('../features/account/security-page.tsx'), 'SecurityPage'),
});

export const settingsRoute = settings.addChildren([
  clinic,
  hours,
  services,
  providers,
  timeOff,
  team,
  apiKeys,
  security,
]);
