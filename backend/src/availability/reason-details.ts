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
      return who ? `${who} does not work on that day.` : 'The clinic is closed on that day.';
    case 'too_short':
      return who
        ? `${who} does not work long enough for this service on that day.`
        : 'The clinic is not open long enough for this service on that day.';
    case 'out_of_range':
      return 'The clinic is not open in the part of that day that was asked for.';
    case 'past':
      return 'The last start of that day has passed.';
    case 'full':
      return 'Every time of that day is taken.';
    case 'busy_elsewhere':
      return 'A linked calendar says that every time of that day is taken.';
    case 'time_off':
      return who ? `${who} is away on that day.` : 'Nobody who offers this is there on that day.';
    case 'break':
      return 'Only breaks are left of that day.';
    case 'no_provider':
      return 'Nobody offers this service at the moment.';
    case 'dst_gap':
      return `The clocks are set forward on ${date}; that time does not exist.`;
    default:
      return sentence(reason, setting, from, to);
  }
}

/** Why one start is refused. */
export function detailOfStart(refused: RefusedStart, setting: Setting): string {
  const { providerName: who, reason, local, start = 0 } = refused;
  switch (reason) {
    case 'closed':
      return `${who} does not work then.`;
    case 'too_short':
      return `It would not end before ${who} stops working.`;
    case 'past':
      return 'That time has passed.';
    case 'full':
      return `${who} has another appointment.`;
    case 'busy_elsewhere':
      return `The calendar of ${who} says that the time is taken.`;
    case 'time_off':
      return `${who} is away.`;
    case 'break':
      return `${who} has a break.`;
    case 'dst_gap':
      return `The clocks are set forward: ${local.slice(11)} does not exist on that day.`;
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
      return `Appointments can be booked until ${spokenDay(new Date(setting.horizon), setting.timeZone)}.`;
    case 'calendar_stale':
      return 'The linked calendar could not be read lately, and the clinic books nothing that it cannot check.';
    default:
      return 'That time cannot be booked.';
  }
}

/** "The clinic is closed: Christmas." */
export function closedFor(holidays: Setting['holidays'], from: number, to: number): string {
  const title = holidays.find((one) => one.from < to && from < one.to)?.title.trim();
  return title ? `The clinic is closed: ${title.replace(/[.\s]+$/, '')}.` : 'The clinic is closed then.';
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
