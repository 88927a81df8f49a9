import { createRoute } from '@tanstack/react-router';
import { calendarSearch } from '../features/calendar-grid/calendar-search.ts';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { appRoute } from './app.ts';

export const calendarRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/calendar',
  validateSearch: calendarSearch,
  component: lazyPage(() => import('../features/calendar-grid/calendar-page.tsx'), 'CalendarPage'),
});
