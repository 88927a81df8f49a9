import { readSpokenDay } from '../read-spoken-day.ts';
import { calendarOf, readSpokenTime, type SpokenSetting } from '../read-spoken-time.ts';
import { readSpokenWindow } from '../read-spoken-window.ts';
import { clinics, type SaidRow } from './said.ts';
import { onClock, settingOf } from './spoken-scene.ts';

const settings = new Map(
  Object.entries(clinics).map(([name, scene]): [string, SpokenSetting] => [name, settingOf(scene)]),
);

function heardBy({ clinic, said: { dateText, ...fields } }: SaidRow) {
  const setting = settings.get(clinic);
  if (!setting) throw new Error(`There is no clinic "${clinic}" among those of the sentences.`);
  return { request: { words: dateText, ...fields }, setting };
}

/** The time that would be booked, as the rows write what is right, and whether the clinic is open then. */
export function readTime(row: SaidRow): { time: string; isOpen: boolean } {
  const { request, setting } = heardBy(row);
  const reading = readSpokenTime(request, setting);
  if (reading.kind === 'ask') return { time: 'ask', isOpen: false };
  const { at } = reading;
  return {
    time: onClock(at, setting.timeZone).toString({ smallestUnit: 'minute' }).replace('T', ' '),
    isOpen: setting.isOpen(at.getTime()),
  };
}

/** The day that is read, and the days whose free times would be offered. A question about the day is "ask". */
export function readDays(row: SaidRow): { day: string; offered: string } {
  const { request, setting } = heardBy(row);
  const { date, words, weekday } = request;
  const day = readSpokenDay({ date, words, weekday }, calendarOf(setting));
  const window = readSpokenWindow(request, setting);
  return {
    day: day.kind === 'day' ? day.date.toString() : 'ask',
    offered:
      window.kind === 'window'
        ? window.days.map(({ from, to }) => (from.equals(to) ? `${from}` : `${from} to ${to}`)).join(', ')
        : 'ask',
  };
}

/** What is right, day and time apart. */
export function rightOf({ right }: SaidRow): { day: string; time: string } {
  const [day = 'ask', clock] = right.match(/\d{4}-\d{2}-\d{2}|\d{2}:\d{2}/g) ?? [];
  return { day, time: clock === undefined ? 'ask' : `${day} ${clock}` };
}
