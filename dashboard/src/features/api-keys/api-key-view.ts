import { type ApiKey, hasRight, type Role, SCOPES, Scope } from '@voxanne/contract';
import { capitalized, formatDayShort, formatMoment } from '../../lib/format/format.ts';
import type { Word } from '../../lib/ui/status-tag.tsx';

export const SCOPE_NAMES: Record<Scope, string> = {
  read: 'Read',
  book: 'Book',
  message: 'Text',
  operate: 'Operate',
  admin: 'Admin',
};

/** What a key with the scope can do, as a sentence without its end. */
export const scopeMeans = (scope: Scope): string => capitalized(SCOPES[scope].description);

/** No one can give a key more than they may do themselves. */
export const scopesToGive = (mine: Role): Scope[] =>
  Scope.options.filter((scope) => SCOPES[scope].rights.every((right) => hasRight(mine, right)));

export const STATUS: Record<ApiKey['status'], Word> = {
  active: { word: 'Active', tone: 'ok' },
  rotated: { word: 'Rotated', tone: 'warn' },
  expired: { word: 'Ended', tone: 'idle' },
};

/** What is known of a key, one fact after the other. */
export function factsOf(key: ApiKey, timeZone: string): string[] {
  const used =
    key.last_used_at === null ? 'never used' : `last used ${formatMoment(key.last_used_at, timeZone)}`;
  const end =
    key.good_until === null
      ? 'doesn’t expire'
      : `${key.status === 'expired' ? 'ended' : 'works until'} ${formatMoment(key.good_until, timeZone)}`;
  const limit =
    key.requests_per_hour === null
      ? []
      : [`at most ${key.requests_per_hour.toLocaleString('en-US')} requests an hour`];
  const maker = key.created_by_email ?? 'someone who left, or another key';
  return [used, end, ...limit, `created ${formatDayShort(key.created_at, timeZone)} by ${maker}`];
}

export const EXPIRIES = [
  { value: 'never', label: 'Doesn’t expire' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
];

/** The moment an expiry means, counted from now. */
export const expiryOf = (value: string, now: number): string | null =>
  value === 'never' ? null : new Date(now + Number(value) * 86_400_000).toISOString();

export const OVERLAPS = [
  { value: '24', label: 'For 24 hours' },
  { value: '168', label: 'For 7 days' },
  { value: '1', label: 'For an hour' },
  { value: '0', label: 'Not anymore' },
];
