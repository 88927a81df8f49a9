import type { Appointment, AppointmentAction, StatusRequest } from '@voxanne/contract';

type Status = Appointment['status'];
type Change = StatusRequest['status'];

const words: Record<Change, string> = {
  confirmed: 'Confirm',
  arrived: 'Check in',
  completed: 'Done',
  no_show: 'No-show',
};
/** Going back to "confirmed" corrects a mistake; coming from "pending" it is the answer. */
export const changeWord = (from: Status, to: Change): string =>
  to !== 'confirmed' || from === 'pending'
    ? words[to]
    : from === 'no_show'
      ? 'Undo no-show'
      : 'Undo check-in';

/** As on the server: from then on the outcome of a visit is recorded without a question. */
const EARLY_MS = 30 * 60_000;

/** Whether it records the outcome of a visit that has not happened yet. */
export const isEarly = (
  { scheduled_at }: Pick<Appointment, 'scheduled_at'>,
  to: Change,
  now: number,
): boolean => to !== 'confirmed' && Date.parse(scheduled_at) - now > EARLY_MS;

type Allowing = Pick<Appointment, 'allowed_actions' | 'status'>;

/** What is held for someone on the waitlist is not canceled: its offer is withdrawn. */
export const may = ({ allowed_actions, status }: Allowing, action: AppointmentAction): boolean =>
  status !== 'held' && allowed_actions.includes(action);
