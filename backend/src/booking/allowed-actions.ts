import type { Appointment, AppointmentAction } from '@voxanne/contract';

type Status = Appointment['status'];

/**
 * The functions in SQL decide, and changes.routes.db.test.ts holds this table against them. What a visit was about is
 * corrected afterwards as well, its time is not.
 */
const ACTIONS: Record<Status, AppointmentAction[]> = {
  pending: ['move', 'edit', 'cancel'],
  held: ['cancel'],
  confirmed: ['move', 'edit', 'cancel'],
  arrived: ['edit', 'cancel'],
  completed: ['edit'],
  cancelled: [],
  no_show: ['edit'],
};

/** What can be done with an appointment besides setting its status and undoing the last change. */
export const allowedActions = (status: Status): AppointmentAction[] => ACTIONS[status];
