import { AppointmentStatus } from '@voxanne/contract';
import { z } from 'zod';

/** What is on the screen is in the address: it can be sent to a colleague, and "back" goes back. */
export const calendarSearch = z.object({
  view: z.enum(['day', 'week', 'list']).optional().catch(undefined),
  date: z.iso.date().optional().catch(undefined),
  provider: z.guid().optional().catch(undefined),
  status: AppointmentStatus.or(z.literal('all')).optional().catch(undefined),
  appointment: z.guid().optional().catch(undefined),
});
export type CalendarSearch = z.infer<typeof calendarSearch>;
