import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import type { Person } from './eligible-providers.ts';
import { whoMayTake } from './eligible-providers.ts';

const person = (id: string, active = true): Person => ({
  id,
  name: `Dr. ${id}`,
  working_hours: {},
  breaks: {},
  active,
});
const people = [person('ada'), person('bob'), person('cleo', false)];
const withOf = (provider_id: string) =>
  ({ service_type: 'cleaning', provider_id, provider_name: `Dr. ${provider_id}` }) as Appointment;
const offeredBy = (...provider_ids: string[]) => [
  { slug: 'consultation', provider_ids: [] },
  { slug: 'cleaning', provider_ids },
];
const labels = (provider: string, services?: ReturnType<typeof offeredBy>) =>
  whoMayTake(withOf(provider), people, services).map(({ label }) => label);

test('only providers who offer the service and can be booked are named', () => {
  expect(labels('ada', offeredBy('ada', 'cleo'))).toEqual(['Dr. ada']);
  expect(labels('ada', offeredBy())).toEqual(['Dr. ada', 'Dr. bob']);
  expect(labels('ada')).toEqual(['Dr. ada', 'Dr. bob']);
});

test('the provider who has the appointment stays visible, with why they couldn’t get it now', () => {
  expect(labels('cleo', offeredBy('bob'))).toEqual([
    'Dr. cleo (isn’t taking appointments anymore)',
    'Dr. bob',
  ]);
  expect(labels('ada', offeredBy('bob'))).toEqual(['Dr. ada (doesn’t offer this anymore)', 'Dr. bob']);
  expect(whoMayTake(withOf('cleo'), people, offeredBy('bob'))[0]?.problem).toBe(
    'Dr. cleo isn’t taking appointments anymore. Choose who takes it over.',
  );
  expect(labels('gone', offeredBy('bob'))).toEqual([
    'Dr. gone (isn’t taking appointments anymore)',
    'Dr. bob',
  ]);
});
