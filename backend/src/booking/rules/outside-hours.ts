import type { WeeklyHours } from '@voxanne/contract';

/** An appointment by the clinic's clock. */
export interface ByTheClock {
  /** ISO, "1" Monday. */
  weekday: string;
  from: string;
  to: string;
}

/** Whether the week, breaks taken out, has room for it. One over midnight has not: no window goes over midnight. */
export function fitsWeek(appointment: ByTheClock, hours: WeeklyHours, breaks: WeeklyHours): boolean {
  const day = appointment.weekday as keyof WeeklyHours;
  const { from } = appointment;
  const to = appointment.to === '00:00' ? '24:00' : appointment.to;
  const open = (hours[day] ?? []).some(([opens, closes]) => opens <= from && from < to && to <= closes);
  return open && !(breaks[day] ?? []).some(([begins, ends]) => from < ends && begins < to);
}
