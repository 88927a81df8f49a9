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
import type { ToneName } from '../../lib/theme/colors.ts';
import { may } from './abilities.ts';

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

export const UNREAD = 'We couldn’t check Google Calendar when this was booked';

/** After the visit there is nothing left to look at. */
export const mustLook = (item: Appointment): boolean => item.calendar_unverified && may(item, 'cancel');
