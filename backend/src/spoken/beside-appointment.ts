import type { Temporal } from 'temporal-polyfill';
import type { ClockWords } from './grammar/clock-phrases.ts';
import type { DayWords } from './grammar/day-phrases.ts';
import type { Sentence } from './grammar/sentence.ts';

/**
 * What was said from the appointment that is to be moved, with its day and its hour put in: "same time Thursday",
 * "an hour later". Without an appointment it is not clear.
 * @param standing the appointment on the clinic's clock.
 */
export function besideAppointment(
  sentence: Sentence,
  standing: Temporal.PlainDateTime | undefined,
): Sentence {
  const { moves } = sentence;
  if (moves.length === 0) return sentence;
  const [move] = moves;
  const isOfDay = moves.some((one) => one.by === 'same day' || one.by === 'days');
  const isOfTime = moves.some((one) => one.by === 'same time' || one.by === 'minutes');
  const isPlain = standing !== undefined && move !== undefined && moves.length === 1;
  // "Thursday, a week later" is counted from something else.
  if (!isPlain || (isOfDay && sentence.days.length + sentence.dayBounds.length > 0)) {
    return {
      ...sentence,
      isDayUnclear: sentence.isDayUnclear || isOfDay,
      isTimeUnclear: sentence.isTimeUnclear || isOfTime || moves.length > 1,
    };
  }
  if (move.by === 'same day') return { ...sentence, days: [dateOf(standing)] };
  if (move.by === 'days') return { ...sentence, days: [dateOf(standing.add({ days: move.count }))] };
  const time = move.by === 'minutes' ? standing.add({ minutes: move.count }) : standing;
  const isDayLeft = move.by === 'minutes' && sentence.days.length + sentence.dayBounds.length === 0;
  return {
    ...sentence,
    clocks: [...sentence.clocks, clockOf(time)],
    days: isDayLeft ? [dateOf(time)] : sentence.days,
  };
}

/** The day of the appointment, as one that was said. */
export const dateOf = ({ year, month, day }: Temporal.PlainDateTime): DayWords => ({
  kind: 'date',
  year,
  month,
  day,
});

const clockOf = ({ hour, minute }: Temporal.PlainDateTime): ClockWords => ({
  hour: hour % 12 || 12,
  minute,
  half: hour < 12 ? 'am' : 'pm',
  is24: false,
});
