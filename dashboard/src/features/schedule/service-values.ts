import type { Provider, Service, ServicePatch } from '@voxanne/contract';

export type Unit = 'minutes' | 'hours' | 'days';
const MINUTES: Record<Unit, number> = { minutes: 1, hours: 60, days: 1440 };

export interface ServiceValues {
  name: string;
  duration_minutes: number | string;
  buffer_before_minutes: number | string;
  buffer_after_minutes: number | string;
  capacity: number | string;
  notice: number | string;
  notice_unit: Unit;
  horizon_days: number | string;
  slot_step_minutes: string;
  offered_by: 'all' | 'some';
  provider_ids: string[];
  active: boolean;
}

export const EMPTY: ServiceValues = {
  name: '',
  duration_minutes: 30,
  buffer_before_minutes: 0,
  buffer_after_minutes: 0,
  capacity: 1,
  notice: 0,
  notice_unit: 'hours',
  horizon_days: '',
  slot_step_minutes: '15',
  offered_by: 'all',
  provider_ids: [],
  active: true,
};

/** 1440 is a day, 90 are minutes: the largest unit that says it without a fraction. */
export function spellNotice(minutes: number): { notice: number; notice_unit: Unit } {
  const unit = (['days', 'hours'] as const).find((one) => minutes > 0 && minutes % MINUTES[one] === 0);
  if (minutes === 0) return { notice: 0, notice_unit: 'hours' };
  return unit
    ? { notice: minutes / MINUTES[unit], notice_unit: unit }
    : { notice: minutes, notice_unit: 'minutes' };
}

export const toValues = (service: Service): ServiceValues => ({
  name: service.name,
  duration_minutes: service.duration_minutes,
  buffer_before_minutes: service.buffer_before_minutes,
  buffer_after_minutes: service.buffer_after_minutes,
  capacity: service.capacity,
  ...spellNotice(service.min_notice_minutes),
  horizon_days: service.horizon_days ?? '',
  slot_step_minutes: String(service.slot_step_minutes),
  offered_by: service.provider_ids.length === 0 ? 'all' : 'some',
  provider_ids: service.provider_ids,
  active: service.active,
});

export const toBody = (values: ServiceValues) => ({
  name: values.name.trim(),
  duration_minutes: Number(values.duration_minutes),
  buffer_before_minutes: Number(values.buffer_before_minutes),
  buffer_after_minutes: Number(values.buffer_after_minutes),
  capacity: Number(values.capacity),
  min_notice_minutes: Math.round(Number(values.notice) * MINUTES[values.notice_unit]),
  horizon_days: values.horizon_days === '' ? null : Number(values.horizon_days),
  slot_step_minutes: Number(values.slot_step_minutes),
  provider_ids: values.offered_by === 'all' ? [] : values.provider_ids.toSorted(),
  active: values.active,
});

/** Only what was changed is sent, so that two people with the page open do not undo each other. */
export function changes(before: ServiceValues, after: ServiceValues): ServicePatch {
  const [was, is] = [toBody(before), toBody(after)];
  return Object.fromEntries(
    Object.entries(is).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name as keyof typeof was]),
    ),
  );
}

const between = (value: number | string, least: number, most: number, what: string) =>
  value === '' || !Number.isInteger(Number(value)) || Number(value) < least || Number(value) > most
    ? `Enter ${least} to ${most} ${what}.`
    : null;

export const validate = {
  name: (value: string) => (value.trim() === '' ? 'Enter the name patients use.' : null),
  duration_minutes: (value: number | string) => between(value, 5, 480, 'minutes'),
  buffer_before_minutes: (value: number | string) => between(value, 0, 120, 'minutes'),
  buffer_after_minutes: (value: number | string) => between(value, 0, 120, 'minutes'),
  capacity: (value: number | string) => between(value, 1, 100, 'patients'),
  notice: (value: number | string, { notice_unit }: ServiceValues) =>
    value === '' || Number(value) < 0 || Number(value) * MINUTES[notice_unit] > 43_200
      ? 'Enter up to 30 days, or 0 for none.'
      : null,
  horizon_days: (value: number | string) => (value === '' ? null : between(value, 1, 1095, 'days')),
  provider_ids: (value: string[], { offered_by }: ServiceValues) =>
    offered_by === 'some' && value.length === 0 ? 'Choose at least one provider, or choose all.' : null,
};

/** The server's name of a field to the one of the form. */
export const fieldOf = (name: string): string => (name === 'min_notice_minutes' ? 'notice' : name);

const STEPS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240];
export const stepOptions = (current: string) =>
  [...new Set([...STEPS, Number(current)])]
    .toSorted((a, b) => a - b)
    .map((minutes) => ({ value: String(minutes), label: `Every ${minutes} minutes` }));

/** What differs from a plain appointment, in one line. */
export function serviceLine(service: Service, providers: Provider[]): string {
  const { buffer_before_minutes: before, buffer_after_minutes: after } = service;
  const { notice, notice_unit: unit } = spellNotice(service.min_notice_minutes);
  const names = service.provider_ids.map(
    (id) => providers.find((one) => one.id === id)?.name ?? 'someone else',
  );
  return [
    `${service.duration_minutes} min`,
    ...(before > 0 ? [`${before} min before`] : []),
    ...(after > 0 ? [`${after} min after`] : []),
    ...(service.capacity > 1 ? [`${service.capacity} patients at once`] : []),
    ...(notice > 0 ? [`${notice} ${notice === 1 ? `${unit.slice(0, -1)}’s` : `${unit}’`} notice`] : []),
    ...(service.horizon_days === null ? [] : [`${service.horizon_days} days ahead`]),
    names.length === 0 ? 'all providers' : `by ${names.join(', ')}`,
  ].join(' \u00b7 ');
}
