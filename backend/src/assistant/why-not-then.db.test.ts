import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AssistantScene, beforeEachCall, createAssistantScene } from './testing.ts';

/**
 * Wednesday, November 18, 10:00 in New York. The clinic is open from nine to five on workdays; consultations take 30
 * minutes and begin by the quarter of an hour.
 */
describe('a caller who asks for a time that cannot be had', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  let use: ReturnType<AssistantScene['caller']>;
  beforeEachCall((now) => {
    ({ scene, clinic, use } = now);
  });
  beforeEach(() => {
    scene.clock.set('2026-11-18T15:00:00Z');
  });

  const ask = async (dateText: string, more: object = {}): Promise<string> => {
    const { ok, said } = await use('checkAvailability', { serviceType: 'consultation', dateText, ...more });
    if (!ok) throw new Error(said);
    return JSON.parse(said).say;
  };
  const hours = (week: Record<string, string[][]>, name?: string) =>
    scene.owner.query(
      'update public.providers set working_hours = $2 where org_id = $1 and ($3::text is null or name = $3)',
      [clinic.orgId, week, name ?? null],
    );
  const providers = async (...names: string[]) => {
    await scene.owner.query('delete from public.providers where org_id = $1', [clinic.orgId]);
    await scene.owner.query('insert into public.providers (org_id, name) select $1, unnest($2::text[])', [
      clinic.orgId,
      names,
    ]);
  };
  const off = (title: string, from: string, to: string, name?: string) =>
    scene.owner.query(
      `insert into public.time_off (org_id, provider_id, title, starts_local, ends_local)
       select $1, (select id from public.providers where org_id = $1 and name = $5), $2, $3, $4`,
      [clinic.orgId, title, from, to, name ?? null],
    );
  const bookAt = (time: string, day = '2026-11-20') =>
    scene.caller(clinic.secret, { from: '+14155550177', callId: `b-${day}-${time}` })(
      'bookClinicAppointment',
      { name: 'Ana Ruiz', serviceType: 'consultation', appointmentDate: day, appointmentTime: time },
    );

  test.each([
    [
      'after closing time',
      'Friday at 6 pm',
      'We’re closed at 6 PM on Fridays; the last start is 4:30 PM. I have Friday, November 20 at 4, 4:15 or 4:30 PM. Would one of those work?',
    ],
    [
      'too late to be done by then',
      'Friday at 4:45 pm',
      '4:45 PM is too late on Fridays; the last start is 4:30 PM. I have',
    ],
    [
      'before it opens',
      'Friday at 7 am',
      'We’re not open yet at 7 AM on Fridays; the first start is 9 AM. I have',
    ],
    [
      'between two starts',
      'Friday at 4:10 pm',
      '4:10 PM isn’t one of our start times: Consultation appointments start every 15 minutes. I have',
    ],
    ['earlier today', 'today at 9 am', '9 AM has already passed. I have today at'],
    [
      'on a closed day',
      'Sunday at 3 pm',
      'We’re closed on Sundays. The next openings are Monday, November 23 at',
    ],
    [
      'on a closed day, without an hour',
      'on Sunday',
      'We’re closed on Sundays. The next openings are Monday, November 23 at 9, 10 and 11 AM. Would one of those work?',
    ],
    [
      'too late on either of two days',
      'Thursday or Friday at 6 pm',
      'We’re closed at 6 PM; the last start is 4:30 PM. I have tomorrow',
    ],
    [
      'in a part of the day that is closed',
      'Friday evening',
      'We’re not open that late on Fridays; the last start is 4:30 PM. The closest I have is Friday',
    ],
    [
      'before the clinic opens',
      'Friday before 8 am',
      'We’re not open that early on Fridays; the first start is 9 AM. The closest I have is Friday',
    ],
  ])('%s ("%s") hears the true reason', async (_what, words, said) => {
    expect((await ask(words)).slice(0, said.length)).toBe(said);
  });

  test('hears that it is taken only where it is', async () => {
    expect((await bookAt('15:00')).ok).toBe(true);
    expect(await ask('Friday at 3 pm')).toMatch(
      /^3 PM isn’t free\. I have Friday, November 20 at 2:15, 2:30 or 3:30 PM/,
    );
  });

  test.each([
    ['12:15 pm', 'We’re closed at 12:15 PM on Fridays. I have'],
    ['11:45 am', 'There isn’t enough time for Consultation at 11:45 AM on Fridays. I have'],
  ])('at %s, over lunch, hears that', async (time, said) => {
    const day = [
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ];
    await hours({ 1: day, 2: day, 3: day, 4: day, 5: day });
    expect((await ask(`Friday at ${time}`)).slice(0, said.length)).toBe(said);
  });

  test('hears of a break', async () => {
    await scene.owner.query(
      `update public.providers set breaks = '{"5":[["12:00","13:00"]]}' where org_id = $1`,
      [clinic.orgId],
    );
    expect(await ask('Friday at 12 pm')).toMatch(/^12 PM runs into a break\. I have/);
  });

  test.each([
    [
      'the day',
      '2026-11-20',
      '2026-11-21',
      'Friday',
      'We’re closed on Friday, November 20: Staff training. The next',
    ],
    [
      'the afternoon',
      '2026-11-20 13:00',
      '2026-11-20 17:00',
      'Friday at 3 pm',
      'We’re closed at 3 PM on Friday, November 20: Staff training. I have',
    ],
    [
      'tomorrow',
      '2026-11-19',
      '2026-11-20',
      'tomorrow at 3 pm',
      'We’re closed at 3 PM tomorrow: Staff training. The next',
    ],
  ])('hears which holiday it is, where %s is off', async (_what, from, to, words, said) => {
    await off('Staff training', from, to);
    expect((await ask(words)).slice(0, said.length)).toBe(said);
  });

  test('hears how early one must ask', async () => {
    await scene.owner.query('update public.services set min_notice_minutes = 240 where org_id = $1', [
      clinic.orgId,
    ]);
    expect(await ask('today at 11 am')).toMatch(
      /^11 AM is too soon: we need at least 4 hours of notice\. I have today at/,
    );
  });

  test('hears that nothing is left, and of which day', async () => {
    await hours({ 1: [['09:00', '17:00']], 5: [['15:00', '15:30']] });
    await bookAt('15:00');
    expect(await ask('on Friday')).toMatch(
      /^We’re fully booked for Consultation on Friday, November 20\. The next openings are Monday, November 23/,
    );
    expect(await ask('Friday at 3 pm')).toMatch(
      /^We’re fully booked for Consultation on Friday, November 20\./,
    );
  });

  describe('with a provider by name', () => {
    beforeEach(async () => {
      await providers('Dr. Ann Lee', 'Dr. Bo Kim');
      await hours({ 1: [['09:00', '17:00']], 4: [['09:00', '12:00']] }, 'Dr. Ann Lee');
    });

    test.each([
      [
        'Thursday at 4 pm',
        'Dr. Ann Lee isn’t in at 4 PM on Thursdays; the last start is 11:30 AM. I have tomorrow',
      ],
      ['Friday at 3 pm', 'Dr. Ann Lee isn’t in on Fridays. The next openings are Monday, November 23'],
      [
        'Thursday at 11:45',
        '11:45 AM is too late on Thursdays for Dr. Ann Lee; the last start is 11:30 AM. I have',
      ],
      [
        'Thursday evening',
        'Dr. Ann Lee isn’t in that late on Thursdays; the last start is 11:30 AM. The closest',
      ],
    ])('("%s") hears of their hours, not of the clinic’s', async (words, said) => {
      expect((await ask(words, { providerName: 'Dr. Lee' })).slice(0, said.length)).toBe(said);
    });

    test('hears when they are away, and when they are taken', async () => {
      await off('Conference', '2026-11-23', '2026-11-24', 'Dr. Ann Lee');
      expect(await ask('Monday', { providerName: 'Dr. Lee' })).toMatch(
        /^Dr\. Ann Lee is away on Monday, November 23\./,
      );
      await scene.caller(clinic.secret, { from: '+14155550177', callId: 'lee' })('bookClinicAppointment', {
        name: 'Ana Ruiz',
        serviceType: 'consultation',
        dateText: 'tomorrow at 10 am',
        providerName: 'Dr. Lee',
      });
      expect(await ask('tomorrow at 10 am', { providerName: 'Dr. Lee' })).toMatch(
        /^Dr\. Ann Lee isn’t free at 10 AM\. I have tomorrow/,
      );
    });
  });

  test('for a service that is not offered then does not hear that the clinic is closed', async () => {
    await providers('Dr. Ann Lee', 'Dr. Bo Kim');
    await hours({ 5: [['09:00', '12:00']] }, 'Dr. Ann Lee');
    await scene.owner.query(
      `insert into public.service_providers (org_id, service_id, provider_id)
       select s.org_id, s.id, p.id from public.services s join public.providers p using (org_id)
       where s.org_id = $1 and s.slug = 'consultation' and p.name = 'Dr. Ann Lee'`,
      [clinic.orgId],
    );
    expect(await ask('Friday at 4 pm')).toMatch(
      /^We don’t offer Consultation at 4 PM on Fridays; the last start is 11:30 AM\. I have Friday/,
    );
    expect(await ask('on Thursday')).toMatch(
      /^We don’t offer Consultation on Thursdays\. The next openings are Friday/,
    );
  });

  test.each([
    [
      '2026-11-18T23:00:00Z',
      'We’re closed for today. The next openings are tomorrow, Thursday, November 19, at 9,',
    ],
    ['2026-11-18T21:40:00Z', 'It’s too late for an appointment today. The next openings are tomorrow'],
  ])('for today at %s hears whether the clinic has closed', async (now, said) => {
    scene.clock.set(now);
    expect((await ask('today')).slice(0, said.length)).toBe(said);
  });

  test('for this afternoon, late in the afternoon, hears that it is too late for that', async () => {
    scene.clock.set('2026-11-18T21:20:00Z');
    expect(await ask('today before noon')).toMatch(
      /^It’s too late for that today\. The closest I have is today at 4:30 PM/,
    );
  });
});

describe('a caller who leaves the time open', () => {
  let scene: AssistantScene;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  let use: ReturnType<AssistantScene['caller']>;
  beforeAll(async () => {
    scene = await createAssistantScene();
    clinic = await scene.clinic();
    use = scene.caller(clinic.secret);
  });
  afterAll(() => scene.close());

  const ask = async (dateText: string): Promise<string> => {
    const { ok, said } = await use('checkAvailability', { serviceType: 'consultation', dateText });
    return ok ? JSON.parse(said).say : said;
  };

  test.each([
    'anytime',
    'any time',
    'Any time works for me.',
    'any day',
    'any day at all',
    'whenever',
    'whatever you have',
    'I am flexible',
  ])('("%s") hears the soonest', async (words) => {
    expect(await ask(words)).toBe('I have today at 10:15 AM, 11:15 AM or 12:15 PM. Which works best?');
  });

  test.each(['soonest', 'as soon as possible', 'your next opening'])(
    '("%s") hears the soonest first, and that it is',
    async (words) => {
      expect(await ask(words)).toBe(
        'The first opening is today at 10:15 AM. After that I have 11:15 AM and 12:15 PM. Which works best?',
      );
    },
  );

  test.each([
    ['any time tomorrow', 'tomorrow'],
    ['any time on Friday afternoon', 'Friday afternoon'],
    ['any day next week', 'next week'],
    ['any time in the morning', 'in the morning'],
    ['any day after Friday', 'after Friday'],
  ])('("%s") hears the same as with "%s"', async (words, plain) => {
    expect(await ask(words)).toBe(await ask(plain));
  });

  test.each(['any day but Thursday', 'any time except tomorrow'])(
    '("%s") does not hear of the day that is left out',
    async (words) => {
      const said = await ask(words);
      expect(said).not.toMatch(/tomorrow|November 19/);
    },
  );

  test('hears the soonest also where one day has all that is free', async () => {
    const one = await scene.clinic();
    await scene.owner.query(
      `update public.providers set working_hours = '{"5":[["09:00","17:00"]]}' where org_id = $1`,
      [one.orgId],
    );
    const { said } = await scene.caller(one.secret)('checkAvailability', {
      serviceType: 'consultation',
      dateText: 'whenever',
    });
    expect(JSON.parse(said).say).toBe('I have Friday, November 20 at 9, 10 or 11 AM. Which works best?');
  });

  test.each([
    [
      'the last appointment of the day tomorrow',
      'The last opening is tomorrow, Thursday, November 19, at 4:30 PM. Before that I have 2:30 and 3:30 PM. Which works best?',
    ],
    [
      'as late as possible on Friday',
      'The last opening is Friday, November 20 at 4:30 PM. Before that I have 2:30 and 3:30 PM.',
    ],
    ['the last appointment of the day', 'The last opening is today at 4:30 PM.'],
  ])('("%s") hears that it is the last', async (words, said) => {
    expect((await ask(words)).slice(0, said.length)).toBe(said);
  });

  test.each([
    ['tomorrow', 2],
    ['next week, not Monday and not Wednesday', 2],
    ['the 24th, the 26th or the 30th', 2],
    ['on Sunday', 3],
    ['Sunday, or Saturday the 28th, or Sunday the 29th', 3],
  ])('("%s") costs no search for each of the days', async (words, most) => {
    const statements = vi.spyOn(scene.database, 'tenantStatement');
    const said = await ask(words);
    const count = statements.mock.calls.length;
    statements.mockRestore();
    expect([said, count <= most]).toEqual([expect.any(String), true]);
  });
});
