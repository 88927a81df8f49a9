import type { Appointment } from '@voxanne/contract';
import { statusWord } from '../../lib/ui/appointment-status.ts';
import { syncView } from '../appointments/appointment-view.ts';
import { mustLook, UNREAD } from '../appointments/event-view.ts';
import { minuteLabel, type Range } from './days.ts';

/** What the card shows by its place, height, color and icons. */
export function moreFacts(item: Appointment, range: Range, during?: string): string {
  return [
    `until ${minuteLabel(range.to)}`,
    `with ${item.provider_name}`,
    statusWord(item.status),
    item.sync_state === 'not_linked' ? '' : syncView(item.sync_state).word,
    item.overbooked ? 'Overbooked' : '',
    during === undefined ? '' : `during time off: ${during}`,
    mustLook(item) ? UNREAD : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
