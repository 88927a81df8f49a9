import { spokenDay } from '../platform/local-time/wording.ts';
import type { ClinicRules } from './clinic-calendar.ts';
import type { EmptyDay, FreeTimesRequest, RefusedStart } from './find-free-times.ts';
import type { Reason } from './slot-rules.ts';

/** What the sentences need to know besides the reason. */
export interface Setting extends Pick<FreeTimesRequest, 'noticeMs' | 'horizon' | 'timeZone' | 'durationMs'> {
  holidays: ClinicRules['holidays'];
  /** Only they were asked for. */
  onlyProvider?: string | undefined;
}

/** Why a whole day has no free time. */
export function detailOfDay({ date, reason, from, to }: EmptyDay, setting: Setting): string {
  const who = setting.onlyProvider;
  switch (reason) {
    case 'closed':
      return who ? `${who} doesn’t work that day.` : 'The clinic is closed that day.';
    case 'too_short':
      return who
        ? `${who} doesn’t work long enough that day for this service.`
        : 'The clinic isn’t open long enough that day for this service.';
    case 'out_of_range':
      return 'The clinic isn’t open during that part of the day.';
    case 'past':
      return 'It’s too late to start an appointment that day.';
    case 'full':
      return 'That day is fully booked.';
    case 'busy_elsewhere':
      return 'That day is full in the linked calendar.';
    case 'time_off':
      return who ? `${who} is away that day.` : 'No one who offers this service is in that day.';
    case 'break':
      return 'Only breaks are left that day.';
    case 'no_provider':
      return 'No one offers this service right now.';
    case 'dst_gap':
      return `The clocks go forward on ${date}, so that time doesn’t exist.`;
    default:
      return sentence(reason, setting, from, to);
  }
}

/** Why one start is refused. */
export function detailOfStart(refused: RefusedStart, setting: Setting): string {
  const { providerName: who, reason, local, start = 0 } = refused;
  switch (reason) {
    case 'closed':
      return `${who} doesn’t work then.`;
    case 'too_short':
      return `There isn’t enough time before ${who} is done for the day.`;
    case 'past':
      return 'That time has passed.';
    case 'full':
      return `${who} has another appointment then.`;
    case 'busy_elsewhere':
      return `${who}’s calendar shows something else at that time.`;
    case 'time_off':
      return `${who} is away then.`;
    case 'break':
      return `${who} is on a break then.`;
    case 'dst_gap':
      return `The clocks go forward that day, so there is no ${local.slice(11)}.`;
    default:
      return sentence(reason, setting, start, start + setting.durationMs);
  }
}

function sentence(reason: Reason, setting: Setting, from: number, to: number): string {
  switch (reason) {
    case 'holiday':
      return closedFor(setting.holidays, from, to);
    case 'notice':
      return `It must be booked at least ${spokenLength(setting.noticeMs)} ahead.`;
    case 'horizon':
      return `You can book up to ${spokenDay(new Date(setting.horizon), setting.timeZone)}.`;
    case 'calendar_stale':
      return 'We can’t check the linked calendar right now, so nothing can be booked at that time.';
    default:
      return 'That time can’t be booked.';
  }
}

/** "The clinic is closed: Christmas." */
export function closedFor(holidays: Setting['holidays'], from: number, to: number): string {
  const title = holidays.find((one) => one.from < to && from < one.to)?.title.trim();
  return title
    ? `The clinic is closed: ${title.replace(/[.\s]+$/, '')}.`
    : 'The clinic is closed at that time.';
}

/** "2 hours" */
export function spokenLength(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const [count, unit] =
    minutes % 1_440 === 0
      ? [minutes / 1_440, 'day']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
