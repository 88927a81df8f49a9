import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { AppointmentStatus } from '@voxanne/contract';
import { z } from 'zod';
import { appRoute } from './app.ts';

/** What is on the screen stands in the address: it can be sent to a colleague, and "back" goes back. */
const search = z.object({
  view: z.enum(['day', 'week', 'list']).optional().catch(undefined),
  date: z.iso.date().optional().catch(undefined),
  provider: z.guid().optional().catch(undefined),
  status: AppointmentStatus.or(z.literal('all')).optional().catch(undefined),
  appointment: z.guid().optional().catch(undefined),
});
export type CalendarSearch = z.infer<typeof search>;

export const calendarRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/calendar',
  validateSearch: search,
  component: lazyRouteComponent(
    () => import('../features/booking/calendar/calendar-page.tsx'),
    'CalendarPage',
  ),
});
