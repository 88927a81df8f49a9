import type { Appointment, HeldTime, Provider, TimeOff } from '@voxanne/contract';
import { describe, expect, test } from 'vitest';
import { columnsOf, peopleOf } from './columns.ts';

const NEW_YORK = 'America/New_York';
const MONDAY = '2030-01-07';

const provider = (id: string, change: Partial<Provider> = {}): Provider => ({
  id,
  name: `Dr. ${id}`,
  working_hours: { '1': [['09:00', '17:00']], '2': [['12:00', '20:00']] },
  breaks: { '1': [['12:00', '13:00']] },
  active: true,
  ...change,
});
const appointment = (id: string, scheduled_at: string, change: Partial<Appointment> = {}): Appointment => ({
  id,
  status: 'confirmed',
  scheduled_at,
  duration_minutes: 30,
  service_type: 'consultation',
  service_name: 'Consultation',
  provider_id: 'ada',
  provider_name: 'Dr. ada',
  contact: { id: 'c', name: 'Maria Lopez', phone: null, email: null, no_texts: null },
  notes: null,
  source: 'dashboard',
  calendar_event_id: null,
  sync_state: 'synced',
  texts: [],
  version: 1,
  overbooked: false,
  calendar_unverified: false,
  undo_until: null,
  allowed_changes: [],
  allowed_actions: [],
  takes_time: true,
  created_at: scheduled_at,
  ...change,
});
const hold = (hold_id: string, scheduled_at: string, provider_id = 'ada'): HeldTime => ({
  hold_id,
  scheduled_at,
  provider_id,
  provider_name: `Dr. ${provider_id}`,
  duration_minutes: 30,
  service_type: 'consultation',
  service_name: 'Consultation',
  source: 'voice',
  expires_at: '2030-01-07T14:10:00Z',
});
const off = (starts_local: string, ends_local: string, provider_id: string | null): TimeOff => ({
  id: starts_local,
  provider_id,
  title: 'Holiday',
  starts_local,
  ends_local,
  all_day: true,
  first_day: starts_local.slice(0, 10),
  last_day: ends_local.slice(0, 10),
});
const base = {
  view: 'day' as const,
  date: MONDAY,
  people: [provider('ada'), provider('bob')],
  providerId: undefined,
  appointments: [] as Appointment[],
  timeOff: [] as TimeOff[],
  timeZone: NEW_YORK,
};

describe('a day', () => {
  test('has one column for each provider, with the appointments of that day in the clinic', () => {
    const columns = columnsOf({
      ...base,
      appointments: [
        appointment('1', '2030-01-07T14:00:00Z'),
        appointment('2', '2030-01-08T01:00:00Z', { provider_id: 'bob' }),
        appointment('3', '2030-01-08T14:00:00Z'),
      ],
    });
    expect(
      columns.map((one) => [one.title, one.placed.map(({ item, range }) => [item.id, range.from])]),
    ).toEqual([
      ['Dr. ada', [['1', 540]]],
      ['Dr. bob', [['2', 1200]]],
    ]);
  });

  test('is open where the provider works, without breaks, absences and holidays', () => {
    const timeOff = [
      off(`${MONDAY}T15:00:00`, `${MONDAY}T16:00:00`, null),
      off('2030-01-06T00:00:00', `${MONDAY}T10:00:00`, 'ada'),
    ];
    const [ada, bob] = columnsOf({ ...base, timeOff });
    expect(ada?.opening.open).toEqual([
      { from: 600, to: 720 },
      { from: 780, to: 900 },
      { from: 960, to: 1020 },
    ]);
    expect(bob?.opening.open[0]).toEqual({ from: 540, to: 720 });
    expect(ada?.opening.bands.map((one) => one.kind)).toEqual(['closed', 'closed', 'break', 'off', 'off']);
  });

  test('shows what overlaps side by side', () => {
    const [ada] = columnsOf({
      ...base,
      appointments: [
        appointment('1', '2030-01-07T14:00:00Z', { duration_minutes: 60 }),
        appointment('2', '2030-01-07T14:30:00Z', { overbooked: true }),
        appointment('3', '2030-01-07T15:00:00Z'),
      ],
    });
    expect(ada?.placed.map(({ item, lane, lanes }) => [item.id, lane, lanes])).toEqual([
      ['1', 0, 2],
      ['2', 1, 2],
      ['3', 0, 1],
    ]);
  });

  test('keeps the time of what is canceled free', () => {
    const [ada] = columnsOf({
      ...base,
      appointments: [appointment('1', '2030-01-07T14:00:00Z', { status: 'cancelled', takes_time: false })],
    });
    expect([ada?.placed.length, ada?.busy]).toEqual([1, []]);
  });
});

test('what lasts over midnight is shown on both days, and is taken on both', () => {
  const night = appointment('1', '2030-01-07T04:30:00Z', { duration_minutes: 90 });
  const [ada] = columnsOf({ ...base, appointments: [night] });
  expect(ada?.placed.map(({ range, continued }) => [range, continued])).toEqual([
    [{ from: 0, to: 60 }, true],
  ]);
  expect(columnsOf({ ...base, date: '2030-01-06', appointments: [night] })[0]?.busy).toEqual([
    { from: 1410, to: 1440 },
  ]);
});

test('what a filter hides keeps its time', () => {
  const [ada] = columnsOf({
    ...base,
    appointments: [appointment('1', '2030-01-07T14:00:00Z')],
    shows: () => false,
  });
  expect([ada?.placed.length, ada?.busy]).toEqual([0, [{ from: 540, to: 570 }]]);
});

describe('a held time', () => {
  const held = [hold('h', '2030-01-07T14:00:00Z')];

  test('is in its provider’s column and keeps the time, even when a filter hides it', () => {
    const [ada, bob] = columnsOf({ ...base, held });
    expect(ada?.held.map(({ hold: { hold_id }, range }) => [hold_id, range.from])).toEqual([['h', 540]]);
    expect(ada?.busy).toEqual([{ from: 540, to: 570 }]);
    expect([bob?.held, bob?.busy]).toEqual([[], []]);
    const [hidden] = columnsOf({ ...base, held, showsHeld: false });
    expect([hidden?.held, hidden?.busy]).toEqual([[], [{ from: 540, to: 570 }]]);
  });

  test('is drawn next to what overlaps it when several share a column', () => {
    const appointments = [appointment('1', '2030-01-07T14:00:00Z', { provider_id: 'bob' })];
    const [monday] = columnsOf({ ...base, view: 'week', held, appointments });
    expect([monday?.placed[0]?.lanes, monday?.held[0]?.lanes]).toEqual([2, 2]);
    expect(monday?.placed[0]?.lane).not.toBe(monday?.held[0]?.lane);
    expect(monday?.busy).toEqual([]);
  });
});

describe('a week', () => {
  test('runs from Monday to Sunday, and is open when any provider is', () => {
    const people = [
      provider('ada'),
      provider('bob', { working_hours: { '1': [['16:00', '19:00']] }, breaks: {} }),
    ];
    const columns = columnsOf({ ...base, view: 'week', date: '2030-01-09', people });
    expect(columns.map((one) => one.day)).toEqual([
      '2030-01-07',
      '2030-01-08',
      '2030-01-09',
      '2030-01-10',
      '2030-01-11',
      '2030-01-12',
      '2030-01-13',
    ]);
    expect(columns[0]?.opening.open).toEqual([
      { from: 540, to: 720 },
      { from: 780, to: 1140 },
    ]);
    expect(columns[0]?.providerId).toBeUndefined();
  });

  test('belongs to one provider when only that one is shown', () => {
    const columns = columnsOf({ ...base, view: 'week', providerId: 'bob' });
    expect(columns.every((one) => one.providerId === 'bob')).toBe(true);
  });
});

describe('an appointment during time off', () => {
  const during = (timeOff: TimeOff[], change: Partial<Appointment> = {}, view: 'day' | 'week' = 'day') =>
    columnsOf({ ...base, view, timeOff, appointments: [appointment('1', '2030-01-07T17:00:00Z', change)] })
      .flatMap((one) => one.placed)
      .map((one) => one.during);
  const lunch = (providerId: string | null, from = '12:00', to = '13:00') => [
    off(`2030-01-07T${from}:00`, `2030-01-07T${to}:00`, providerId),
  ];

  test('carries its title, whether the provider or the whole clinic is away, also in the week', () => {
    expect(during(lunch('ada'))).toEqual(['Holiday']);
    expect(during(lunch(null))).toEqual(['Holiday']);
    expect(during(lunch('ada'), {}, 'week')).toEqual(['Holiday']);
    expect(during(lunch('ada', '12:20', '12:25'))).toEqual(['Holiday']);
    expect(during([off('2030-01-06T00:00:00', '2030-01-09T00:00:00', 'ada')])).toEqual(['Holiday']);
  });

  test('is not marked when another provider is away, when they only touch, or when it will not take place', () => {
    expect(during(lunch('bob'))).toEqual([undefined]);
    expect(during(lunch('bob'), {}, 'week')).toEqual([undefined]);
    expect(during(lunch('ada', '12:30', '13:00'))).toEqual([undefined]);
    expect(during(lunch('ada', '11:00', '12:00'))).toEqual([undefined]);
    for (const status of ['cancelled', 'completed', 'no_show'] as const) {
      expect(during(lunch('ada'), { status, takes_time: false })).toEqual([undefined]);
    }
  });
});

test('an hour that the clocks skip is shaded with its reason and not offered', () => {
  const night = [provider('ada', { working_hours: { '7': [['00:00', '08:00']] }, breaks: {} })];
  const [ada] = columnsOf({ ...base, people: night, date: '2030-03-10' });
  expect(ada?.opening.open).toEqual([
    { from: 0, to: 120 },
    { from: 180, to: 480 },
  ]);
  expect(ada?.opening.bands.at(-1)).toMatchObject({ kind: 'skipped', from: 120, to: 180 });
});

test('a provider who left keeps the column of what is still booked with them, and takes nothing new', () => {
  const people = peopleOf(
    [provider('ada'), provider('bob', { active: false })],
    [appointment('1', '2030-01-07T14:00:00Z', { provider_id: 'bob', provider_name: 'Dr. bob' })],
  );
  expect(people.map((one) => [one.name, one.active])).toEqual([
    ['Dr. ada', true],
    ['Dr. bob', false],
  ]);
  expect(columnsOf({ ...base, people })[1]?.opening.open).toEqual([]);
});

test('while the providers are not known, the appointments say who there is', () => {
  const people = peopleOf(undefined, [appointment('1', '2030-01-07T14:00:00Z')]);
  expect(columnsOf({ ...base, people })[0]?.opening.open).toEqual([{ from: 0, to: 1440 }]);
});
