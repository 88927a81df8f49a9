import type { Appointment, StatusRequest } from '@voxanne/contract';

type Status = Appointment['status'];
type Change = StatusRequest['status'];

/** The same table as `app_private.may_become`: offering what is refused would waste a click. */
const changes: Record<Status, Change[]> = {
  pending: ['confirmed'],
  held: [],
  confirmed: ['arrived', 'completed', 'no_show'],
  arrived: ['completed', 'no_show', 'confirmed'],
  completed: ['arrived', 'no_show'],
  cancelled: [],
  no_show: ['arrived', 'completed', 'confirmed'],
};

export const changesOf = (status: Status): Change[] => changes[status];

const words: Record<Change, string> = {
  confirmed: 'Confirm',
  arrived: 'Arrived',
  completed: 'Completed',
  no_show: 'Did not come',
};
/** Going back to "confirmed" corrects a mistake; coming from "pending" it is the answer. */
export const changeWord = (from: Status, to: Change): string =>
  to === 'confirmed' && from !== 'pending' ? 'Not here yet' : words[to];

export const canMove = (status: Status): boolean => status === 'pending' || status === 'confirmed';
export const canCancel = (status: Status): boolean => canMove(status) || status === 'arrived';

/** What keeps its time from others. */
export const occupies = (status: Status): boolean => canCancel(status) || status === 'held';
