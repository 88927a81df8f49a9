import type { CalendarPolicy, Organization, OrganizationPatch } from '@voxanne/contract';

export interface RulesValues {
  calendar_policy: CalendarPolicy;
  booking_horizon_days: number | string;
  keep: 'always' | 'days';
  message_retention_days: number | string;
}

export const toValues = (organization: Organization): RulesValues => ({
  calendar_policy: organization.calendar_policy,
  booking_horizon_days: organization.booking_horizon_days,
  keep: organization.message_retention_days === null ? 'always' : 'days',
  message_retention_days: organization.message_retention_days ?? 90,
});

const retention = ({ keep, message_retention_days: days }: RulesValues) =>
  keep === 'always' ? null : Number(days);

/** Only what was changed is sent, so that two people with the page open do not undo each other. */
export function changes(before: RulesValues, after: RulesValues): OrganizationPatch {
  return {
    ...(after.calendar_policy === before.calendar_policy ? {} : { calendar_policy: after.calendar_policy }),
    ...(Number(after.booking_horizon_days) === Number(before.booking_horizon_days)
      ? {}
      : { booking_horizon_days: Number(after.booking_horizon_days) }),
    ...(retention(after) === retention(before) ? {} : { message_retention_days: retention(after) }),
  };
}

const days = (value: number | string, most: number) =>
  Number.isInteger(Number(value)) && Number(value) >= 1 && Number(value) <= most
    ? null
    : `Enter 1 to ${most} days.`;

export const validate = {
  booking_horizon_days: (value: number | string) => days(value, 1095),
  message_retention_days: (value: number | string, { keep }: RulesValues) =>
    keep === 'always' ? null : days(value, 3650),
};
