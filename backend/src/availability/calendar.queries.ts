import { type RawBuilder, sql } from 'kysely';

/** What a search for free times reads, in one statement: rules, sessions, and who is busy when. */
export interface CalendarRow {
  kind: 'rules' | 'sessions' | 'appointments' | 'blocks';
  provider_id: string | null;
  /** `timestamptz[]` as PostgreSQL sends it: thousands of moments in one value. */
  froms: Buffer | null;
  tos: Buffer | null;
  facts: unknown;
}

/** Only the clinic's rules: what a booking is checked against before the database decides who gets the time. */
export const readRules = (orgId: string, now: Date): RawBuilder<Pick<CalendarRow, 'kind' | 'facts'>> =>
  sql`select 'rules' as kind, app_private.clinic_rules(${orgId}, ${now}) as facts`;

/** The rules, and what is taken in a range. */
export const readCalendar = (orgId: string, now: Date, from: Date, to: Date): RawBuilder<CalendarRow> =>
  sql`select * from app_private.clinic_calendar(${orgId}, ${now}, ${from}, ${to})`;

const HALF_A_DAY_MS = 43_200_000;

/** How far the longest appointment and its buffers reach beyond a range of starts. */
export const withBuffers = (from: number, to: number): [Date, Date] => [
  new Date(from - HALF_A_DAY_MS),
  new Date(to + HALF_A_DAY_MS),
];
