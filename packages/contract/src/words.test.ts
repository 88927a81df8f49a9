import { expect, test } from 'vitest';
import { z } from 'zod';
import { BookRequest, Id, MoveRequest, Timestamp } from './index.ts';

const said = (schema: z.ZodType, input: unknown) =>
  (schema.safeParse(input).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}${path.length > 0 ? ': ' : ''}${message}`,
  );

test('what is wrong with a booking is said in words', () => {
  const wrong = {
    name: '',
    phone: '1'.repeat(201),
    email: 'maria',
    scheduled_at: 'tomorrow',
    duration_minutes: 30.5,
    provider_id: 'Dr. Ada',
    status: 'held',
    overbook: 'yes',
    org_id: '1',
  };
  expect(said(BookRequest, wrong)).toEqual([
    'name: Must not be empty',
    'phone: At most 200 characters',
    'email: Not an email address',
    'service_type: Missing',
    'scheduled_at: Not a time with its offset, such as 2026-11-23T09:00:00-05:00',
    'duration_minutes: Must be a whole number',
    'provider_id: Not an id',
    'status: Must be one of: confirmed, pending',
    'overbook: Must be true or false',
    'Unknown field: org_id',
  ]);
});

test.each([
  [z.number().min(5), 4, 'At least 5'],
  [z.number().max(480), 481, 'At most 480'],
  [z.number().gt(0), 0, 'More than 0'],
  [z.array(z.string()).max(1), ['a', 'b'], 'At most 1 entry'],
  [z.string().min(8), 'short', 'At least 8 characters'],
  [z.iso.date(), '2026-02-30', 'Not a date, such as 2026-11-23'],
  [z.literal(true), false, 'Must be true'],
  [z.union([Id, Timestamp]), 7, 'Not in an allowed form'],
  [z.string().regex(/^a$/), 'b', 'Not in the expected form'],
  [
    z.strictObject({}),
    Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`${n}`.repeat(99), n])),
    /^.{0,240}$/,
  ],
])('and so is any other fault (%#)', (schema, input, words) => {
  expect(said(schema, input)).toEqual([typeof words === 'string' ? words : expect.stringMatching(words)]);
});

test('a schema that has its own words keeps them', () => {
  expect(said(MoveRequest, {})).toEqual([
    'scheduled_at: Say what to change: at least one of scheduled_at, slot_id, duration_minutes, provider_id, service_type, contact_id, notes.',
  ]);
});
