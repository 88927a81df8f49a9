import {
  type Icon,
  IconCalendarCheck,
  IconCircleCheck,
  IconClockQuestion,
  IconDoorEnter,
  IconHourglass,
  IconUserOff,
  IconX,
} from '@tabler/icons-react';
import type { Appointment } from '@voxanne/contract';
import type { ToneName } from '../../../lib/theme/colors.ts';
import { appointmentWord, syncView } from '../appointment-view.ts';
import { canCancel } from './abilities.ts';
import { minuteLabel, type Range } from './days.ts';

interface Look {
  icon: Icon;
  tone: ToneName | 'brand';
}

const looks: Record<Appointment['status'], Look> = {
  pending: { icon: IconClockQuestion, tone: 'warn' },
  held: { icon: IconHourglass, tone: 'warn' },
  confirmed: { icon: IconCalendarCheck, tone: 'brand' },
  arrived: { icon: IconDoorEnter, tone: 'info' },
  completed: { icon: IconCircleCheck, tone: 'idle' },
  cancelled: { icon: IconX, tone: 'bad' },
  no_show: { icon: IconUserOff, tone: 'bad' },
};
export const lookOf = (status: Appointment['status']): Look => looks[status];

export const statusWord = (status: Appointment['status']): string =>
  appointmentWord(status)?.word ?? 'Confirmed';

export const UNREAD = 'We couldn’t check Google Calendar when this was booked';

/** After the visit there is nothing left to look at. */
export const mustLook = ({ calendar_unverified, status }: Appointment): boolean =>
  calendar_unverified && canCancel(status);

/** What the card says by its place, its height, its colour and its icons. */
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
