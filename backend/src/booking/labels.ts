/** "Monday, November 23 at 9:00 AM", in the clinic's time zone; the year only when it is not this one. */
export function spokenTime(at: Date, timeZone: string, now: Date): string {
  const year = (date: Date) => new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric' }).format(date);
  const day = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    ...(year(at) === year(now) ? {} : { year: 'numeric' }),
  }).format(at);
  const time = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', minute: '2-digit' }).format(at);
  // ICU puts a narrow no-break space before AM; a text message would become twice as long for it.
  return `${day} at ${time}`.replace(/[\u00a0\u202f]/g, ' ');
}

/** "November 23, 2026" */
export const spokenDay = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'long' }).format(at);
