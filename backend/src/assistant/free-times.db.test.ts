import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

interface Offer {
  slot_id: string;
  start: string;
  label: string;
}
interface Answer {
  slots: Offer[];
  nearest?: Offer[];
  say: string;
  provider_name?: string;
}

/** Wednesday, November 18, 10:00 in New York. Consultations take 30 minutes and begin by the quarter of an hour. */
describe('"have you got something …?"', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  let use: ReturnType<AssistantScene['caller']>;
  beforeEachCall((now) => {
    ({ scene, clinic, use } = now);
  });

  const ask = async (given: object): Promise<Answer> => {
    const { ok, said } = await use('checkAvailability', { serviceType: 'consultation', ...given });
    if (!ok) throw new Error(said);
    return JSON.parse(said);
  };
  const labels = (offers: Offer[] = []) => offers.map(({ label }) => label.replace(/^\w+, /, ''));
  const book = (slot: Offer | undefined, name = 'Ana Ruiz') =>
    scene.caller(clinic.secret, { from: '+14155550177', callId: `b-${slot?.label}` })(
      'bookClinicAppointment',
      {
        name,
        slotId: slot?.slot_id,
        serviceType: 'consultation',
      },
    );
  const providers = async (...names: string[]) => {
    await scene.owner.query('delete from public.providers where org_id = $1', [clinic.orgId]);
    await scene.owner.query('insert into public.providers (org_id, name) select $1, unnest($2::text[])', [
      clinic.orgId,
      names,
    ]);
  };

  test.each<[string, object]>([
    ['words', { dateText: 'tomorrow at 4 pm' }],
    ['words beside the date', { date: '2026-11-19', dateText: 'tomorrow at 4 pm' }],
    ['a field for the hour', { date: '2026-11-19', time: '16:00' }],
    ['a date with the hour in it', { date: '2026-11-19T16:00:00' }],
  ])('at four (%s): that hour and its neighbors', async (_how, given) => {
    const { slots, say } = await ask(given);
    expect(labels(slots)).toEqual([
      'November 19 at 3:45 PM',
      'November 19 at 4:00 PM',
      'November 19 at 4:15 PM',
    ]);
    expect(say).toBe('Yes, I have tomorrow, Thursday, November 19, at 4 PM. I also have 3:45 and 4:15 PM.');
  });

  test('at four, which is taken: says so, and has what is next to it', async () => {
    const { slots: free } = await ask({ date: '2026-11-19', time: '16:00' });
    expect((await book(free[1])).ok).toBe(true);
    const { slots, say } = await ask({ date: '2026-11-19', time: '16:00' });
    expect(labels(slots)).toEqual([
      'November 19 at 3:15 PM',
      'November 19 at 3:30 PM',
      'November 19 at 4:30 PM',
    ]);
    expect(say).toMatch(
      /^4 PM isn’t free\. I have tomorrow, Thursday, November 19, at 3:15, 3:30 or 4:30 PM\./,
    );
  });

  test.each<[string, object, string[]]>([
    ['after three', { dateText: 'tomorrow after 3' }, ['3:00 PM', '4:00 PM', '4:30 PM']],
    ['before noon', { dateText: 'tomorrow before noon' }, ['9:00 AM', '10:00 AM', '11:45 AM']],
    ['around half past three', { dateText: 'tomorrow around 3:30' }, ['3:15 PM', '3:30 PM', '3:45 PM']],
    ['in the afternoon', { dateText: 'tomorrow afternoon' }, ['12:00 PM', '2:00 PM', '4:30 PM']],
    ['late in the afternoon', { dateText: 'late afternoon tomorrow' }, ['3:00 PM', '4:00 PM', '4:30 PM']],
    [
      'last of all',
      { dateText: 'the last appointment of the day tomorrow' },
      ['2:30 PM', '3:30 PM', '4:30 PM'],
    ],
    ['between two and four', { dateText: 'tomorrow between 2 and 4' }, ['2:00 PM', '3:00 PM', '3:45 PM']],
  ])('tomorrow %s', async (_when, given, expected) => {
    const { slots } = await ask(given);
    expect(labels(slots)).toEqual(expected.map((time) => `November 19 at ${time}`));
  });

  test.each<[object, string[]]>([
    [{ from: '14:00', to: '16:00' }, ['2:00 PM', '3:00 PM', '3:45 PM']],
    [{ from: '3 pm' }, ['3:00 PM', '4:00 PM', '4:30 PM']],
    [{ to: '12:00' }, ['9:00 AM', '10:00 AM', '11:45 AM']],
  ])('tomorrow in the hours %j', async (hours, expected) => {
    const { slots } = await ask({ date: '2026-11-19', ...hours });
    expect(labels(slots)).toEqual(expected.map((time) => `November 19 at ${time}`));
  });

  test.each([
    { dateText: 'as soon as possible' },
    { dateText: 'the earliest you have' },
    { dateText: 'next available' },
    { date: 'asap' },
    { dateText: 'first available', providerName: 'first available' },
    {},
  ])('as soon as possible (%j): the soonest', async (given) => {
    expect(labels((await ask(given)).slots)).toEqual([
      'November 18 at 10:15 AM',
      'November 18 at 11:15 AM',
      'November 18 at 12:15 PM',
    ]);
  });

  test('on one of two days: those of both', async () => {
    const { slots, say } = await ask({ dateText: 'Thursday or Friday at 4' });
    expect(labels(slots)).toContain('November 19 at 4:00 PM');
    expect(say).toMatch(/^Yes, I have tomorrow/);
  });

  test('tomorrow: from the first to the last hour of the day', async () => {
    const { slots, say } = await ask({ dateText: 'tomorrow' });
    expect(labels(slots)).toEqual([
      'November 19 at 9:00 AM',
      'November 19 at 1:00 PM',
      'November 19 at 4:30 PM',
    ]);
    expect(say).toBe('I have tomorrow, Thursday, November 19, at 9 AM, 1 PM or 4:30 PM. Which works best?');
  });

  test('on a day that is closed: nothing, why, and the nearest that there is', async () => {
    const { slots, nearest, say } = await ask({ date: '2026-11-22' });
    expect(slots).toEqual([]);
    expect(labels(nearest)[0]).toBe('November 23 at 9:00 AM');
    expect(say).toMatch(/^We’re closed on Sundays\. The next openings are Monday, November 23 at 9,/);
  });

  test.each([
    ['a month', '2027-01-04', { dateText: 'any day after Friday' }, /^I have Monday, January 4/],
    ['months', '2027-03-01', { dateText: 'any day after Friday' }, /^I have Monday, March 1/],
    [
      'a month of mornings',
      '2027-01-04',
      { dateText: 'after Friday in the morning' },
      /^I have Monday, January 4/,
    ],
  ])('on any day after one, with %s away: the first day with times', async (_, until, given, said) => {
    await scene.owner.query('update public.services set horizon_days = 365 where org_id = $1', [
      clinic.orgId,
    ]);
    await scene.owner.query(
      `insert into public.time_off (org_id, provider_id, title, starts_local, ends_local)
       select org_id, id, 'Off', '2026-11-18', $2 from public.providers where org_id = $1`,
      [clinic.orgId, until],
    );
    expect((await ask(given)).say).toMatch(said);
  });

  test('in the evening, when no one works: the latest of that day, and nothing untrue', async () => {
    const { slots, nearest, say } = await ask({ dateText: 'tomorrow evening' });
    expect(slots).toEqual([]);
    expect(labels(nearest).at(-1)).toBe('November 19 at 4:30 PM');
    expect(say).toContain('We’re not open that late on Thursdays; the last start is 4:30 PM.');
  });

  test('with a provider who is named: theirs alone, and their name', async () => {
    await providers('Dr. Ann Lee', 'Dr. Joanne Leeds');
    for (const providerName of ['Dr Lee', 'Ann Lee', 'doctor lee']) {
      const { provider_name, say } = await ask({ date: '2026-11-19', providerName });
      expect(provider_name).toBe('Dr. Ann Lee');
      expect(say).toContain('with Dr. Ann Lee');
    }
    const { slots } = await ask({ date: '2026-11-19', providerName: 'Dr Lee' });
    await book(slots[0]);
    const { rows } = await scene.owner.query(
      'select p.name from public.appointments a join public.providers p on p.id = a.provider_id where a.org_id = $1',
      [clinic.orgId],
    );
    expect(rows).toEqual([{ name: 'Dr. Ann Lee' }]);
  });

  test.each(['any', 'no preference', 'first available', '', null])(
    'with %j for a provider: anyone who is free',
    async (providerName) => {
      await providers('Dr. Ann Lee', 'Dr. Joanne Leeds');
      expect((await ask({ date: '2026-11-19', providerName })).say).toMatch(
        /^I have tomorrow, .* 4:30 PM\. Which/,
      );
    },
  );

  test('with a provider whom several could be, or none: a question', async () => {
    await providers('Dr. Ann Lee', 'Dr. Bo Lee');
    await expect(ask({ providerName: 'Dr. Lee' })).rejects.toThrow(/Dr. Ann Lee.*Dr. Bo Lee.*Ask which one/);
    await expect(ask({ providerName: 'Dr. Who' })).rejects.toThrow('don’t have that provider');
  });

  test('the words of an offer are those of its slots', async () => {
    const { slots } = await ask({ dateText: 'tomorrow at 4 pm' });
    for (const slot of slots) {
      const at = new Intl.DateTimeFormat('en-US', {
        timeZone: 'America/New_York',
        dateStyle: 'full',
        timeStyle: 'short',
      }).format(new Date(slot.start));
      expect(at.replace(/[\u202f]/g, ' ').replace(/, 2026/, '')).toBe(slot.label);
    }
  });
});
