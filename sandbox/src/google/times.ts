const offsets = new Map<string, Intl.DateTimeFormat>();

function offsetFormat(zone: string): Intl.DateTimeFormat {
  const known = offsets.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  offsets.set(zone, made);
  return made;
}

export function isZone(zone: string): boolean {
  try {
    offsetFormat(zone);
    return true;
  } catch {
    return false;
  }
}

function offsetMinutes(at: number, zone: string): number {
  const name = offsetFormat(zone)
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** "2026-11-23T09:00:00-05:00": the way Google writes an instant in a calendar's zone. */
export function inZone(at: number, zone: string): string {
  const offset = offsetMinutes(at, zone);
  const wall = new Date(at + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${wall}Z`;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${wall}${offset < 0 ? '-' : '+'}${pad(hours)}:${pad(minutes)}`;
}

/** A clock on the wall of a zone, without its own offset. */
function fromWall(wall: string, zone: string): number {
  const asUtc = Date.parse(`${wall}Z`);
  const guess = asUtc - offsetMinutes(asUtc, zone) * 60_000;
  return asUtc - offsetMinutes(guess, zone) * 60_000;
}

export interface TimePoint {
  date?: string | null | undefined;
  dateTime?: string | null | undefined;
  timeZone?: string | null | undefined;
}

/** The instant of an event's start or end; NaN when it names none. */
export function instantOf(point: TimePoint, zone: string): number {
  if (point.date)
    return /^\d{4}-\d{2}-\d{2}$/.test(point.date) ? fromWall(`${point.date}T00:00:00`, zone) : NaN;
  const text = point.dateTime ?? '';
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return Number.NaN;
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return Date.parse(text);
  return point.timeZone ? fromWall(text, point.timeZone) : Number.NaN;
}
