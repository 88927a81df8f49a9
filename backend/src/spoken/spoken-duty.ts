import { Temporal } from 'temporal-polyfill';
import { type Provider, type Rules, violatedRule, workingWindowsOn } from '../availability/index.ts';
import { dayNumberOf, localDay } from '../platform/local-time/local-day.ts';

/** What a spoken time is held against: the rules that offer and book it, so that they cannot disagree. */
export interface SpokenDuty {
  /** Whether someone works for the whole of an appointment that begins then, even where that has passed. */
  isOpen(at: number): boolean;
  /** Whether an appointment could still begin on that day. */
  isBookable(date: Temporal.PlainDate): boolean;
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');

/** @param staff who could be meant: who offers the service, or the one of them who was named. */
export function dutyOf(rules: Rules, staff: readonly Provider[], stepMinutes: number): SpokenDuty {
  const { timeZone } = rules;
  // Which half of the day it is doesn't depend on what is too soon by now, or on a calendar that cannot be read.
  const opening: Rules = {
    ...rules,
    now: Number.NEGATIVE_INFINITY,
    noticeMs: 0,
    horizon: Number.POSITIVE_INFINITY,
    stalePolicy: 'internal_only',
  };
  return {
    isOpen(at) {
      const day = localDay(dayNumberOf(at, timeZone), timeZone);
      return staff.some(
        (one) => violatedRule(opening, one, workingWindowsOn(one, day, timeZone), at) === undefined,
      );
    },
    isBookable(date) {
      const day = localDay(EPOCH.until(date).days, timeZone);
      return staff.some((one) => {
        const duty = workingWindowsOn(one, day, timeZone);
        return duty.windows.some(({ from, to }) => {
          for (let at = from; at < Math.min(to, day.ends); at += stepMinutes * 60_000) {
            if (violatedRule(rules, one, duty, at) === undefined) return true;
          }
          return false;
        });
      });
    },
  };
}
