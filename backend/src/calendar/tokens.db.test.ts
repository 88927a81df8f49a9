import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { type CalendarScene, consent, createCalendarScene } from './testing.ts';

const MINUTE = 60_000;

describe('the access token of a linked calendar', () => {
  let scene: CalendarScene;
  let clinic: TestOrganization;
  beforeAll(async () => {
    scene = await createCalendarScene();
  });
  beforeEach(async () => {
    await scene.freshStart();
    clinic = await scene.linked();
    await scene.freshStart();
  });
  afterAll(() => scene.close());

  const use = (process = scene.it, of = clinic) =>
    process.tokens.use(of.orgId, (token) => process.google.primaryCalendar(token));
  const refreshes = () => scene.asked('POST /google/token');
  const OURS = { id: 'front@clinic.example' };

  test('is used as it is while it is good', async () => {
    const before = await scene.stored(clinic);
    for (let n = 0; n < 3; n += 1) expect(await use()).toMatchObject(OURS);
    expect(await refreshes()).toBe(0);
    expect(await scene.stored(clinic)).toEqual(before);
  });

  test.each([
    ['in half a minute', 30_000],
    ['an hour ago', -60 * MINUTE],
  ])('that ran out %s is renewed before it is used, and the lasting permission stays', async (_, ms) => {
    await scene.expiresIn(clinic, ms);
    const before = await scene.stored(clinic);
    expect(await use()).toMatchObject(OURS);
    const after = await scene.stored(clinic);
    expect(after.refreshToken).toBe(before.refreshToken);
    expect(after.accessToken).not.toBe(before.accessToken);
    expect(after.expiresAt).toBeGreaterThan(Date.now() + 50 * MINUTE);
    expect(await refreshes()).toBe(1);
    expect(await scene.asked('calendarList')).toBe(1);
    expect(scene.lines).toMatchObject([{ msg: '[GoogleCalendar] Token refreshed', org_id: clinic.orgId }]);
    expect(JSON.stringify(scene.lines)).not.toContain(after.accessToken);
  });

  test('is renewed once for twenty who need it at the same time', async () => {
    await scene.expiresIn(clinic, 0);
    const all = await Promise.all(Array.from({ length: 20 }, () => use()));
    expect(all).toHaveLength(20);
    for (const calendar of all) expect(calendar).toMatchObject(OURS);
    expect(await refreshes()).toBe(1);
  });

  test('renewed by two processes at once is good for both, and one of the two is kept', async () => {
    await scene.expiresIn(clinic, 0);
    const { version } = await scene.stored(clinic);
    const other = scene.build();
    const both = await Promise.all([use(), use(other), use(), use(other)]);
    for (const calendar of both) expect(calendar).toMatchObject(OURS);
    expect(await refreshes()).toBeLessThanOrEqual(2);
    expect((await scene.stored(clinic)).version).toBe(version + 1);
  });

  test('that Google refuses is renewed once, and the work is done', async () => {
    await scene.fault('status', { status: 401, match: 'calendarList', times: 1 });
    expect(await use()).toMatchObject(OURS);
    expect(await refreshes()).toBe(1);
    expect(await scene.asked('calendarList')).toBe(2);
  });

  test('that Google refuses again after the renewal is not renewed again and again', async () => {
    await scene.fault('status', { status: 401, match: 'calendarList' });
    await expect(use()).rejects.toMatchObject({ status: 401 });
    expect(await refreshes()).toBe(1);
    expect(await scene.asked('calendarList')).toBe(2);
  });

  describe('when Google takes the permission back', () => {
    test('the calendar must be linked again: it says so, and Google is asked only once', async () => {
      await scene.expiresIn(clinic, 0);
      await scene.fault('revoke', { match: 'POST /google/token' });
      await expect(use()).rejects.toMatchObject({ reason: 'reconnect_required' });
      expect(await scene.status(clinic)).toBe('reconnect_required');
      expect(scene.lines.map(({ msg }) => msg)).toContain('[GoogleCalendar] Reconnect required');
      for (let n = 0; n < 3; n += 1)
        await expect(use()).rejects.toMatchObject({ reason: 'reconnect_required' });
      expect(await refreshes()).toBe(1);
    });

    test('linking again fixes it, in this process and in every other', async () => {
      const other = scene.build();
      await scene.expiresIn(clinic, 0);
      await scene.fault('invalid_grant');
      await Promise.allSettled([use(), use(other)]);
      await scene.heal();
      const back = await consent((await scene.begin(clinic)).url);
      await scene.it.link.finish({ ...back, userId: clinic.userId });
      expect(await use()).toMatchObject(OURS);
      expect(await use(other)).toMatchObject(OURS);
      expect(await scene.status(clinic)).toBe('connected');
    });

    test('the refusal of an old token means nothing if another process has a newer one', async () => {
      await scene.expiresIn(clinic, 0);
      const late = scene.build();
      const google = late.google.refresh;
      late.google.refresh = async (token) => {
        // While this one waits for Google, someone links the calendar again.
        const back = await consent((await scene.begin(clinic)).url);
        await scene.it.link.finish({ ...back, userId: clinic.userId });
        await scene.fault('invalid_grant', { times: 1 });
        return google(token);
      };
      await use(late).catch(() => undefined);
      expect(await scene.status(clinic)).toBe('connected');
      expect(await use()).toMatchObject(OURS);
    });
  });

  describe('while Google cannot renew it', () => {
    test.each([
      ['status', { status: 503 }],
      ['status', { status: 429 }],
      ['malformed', {}],
      ['reset', {}],
    ])(
      '(%s %j) the work fails for now, the calendar stays linked, and it heals by itself',
      async (kind, more) => {
        await scene.expiresIn(clinic, 0);
        await scene.fault(kind, { match: 'POST /google/token', ...more });
        await expect(use()).rejects.toThrow('Google didn’t renew the token');
        expect(['connected', 'degraded']).toContain(await scene.status(clinic));
        await scene.freshStart();
        expect(await use()).toMatchObject(OURS);
        expect(await scene.status(clinic)).toBe('connected');
      },
    );

    test('no clinic is asked to link again if our own secret is wrong: only the operator can fix that', async () => {
      await scene.expiresIn(clinic, 0);
      await scene.fault('status', { status: 401, code: 'invalid_client', match: 'POST /google/token' });
      await expect(use()).rejects.toThrow();
      expect(await scene.status(clinic)).toBe('connected');
      expect(scene.lines.at(-1)).toMatchObject({ level: 'error', msg: expect.stringContaining('client id') });
      await scene.heal();
      expect(await use()).toMatchObject(OURS);
    });
  });

  test('a calendar that was never linked has no token', async () => {
    const other = await scene.createOrganization();
    await expect(use(scene.it, other)).rejects.toMatchObject({ reason: 'not_linked', kind: 'PERMANENT' });
    expect(await refreshes()).toBe(0);
  });

  test('is renewed ahead of time in the background, for every clinic that can be', async () => {
    const [broken, fresh] = [await scene.linked({ account: 'broken@clinic.example' }), await scene.linked()];
    await scene.freshStart();
    await scene.expiresIn(clinic, 9 * MINUTE);
    await scene.expiresIn(broken, 5 * MINUTE);
    // The first one in turn is refused; the others must not suffer from it.
    await scene.fault('invalid_grant', { times: 1 });
    await scene.it.tokens.refreshExpiring();
    expect(await scene.status(broken)).toBe('reconnect_required');
    expect((await scene.stored(clinic)).expiresAt).toBeGreaterThan(Date.now() + 50 * MINUTE);
    expect(await scene.status(fresh)).toBe('connected');
    expect(await refreshes()).toBe(2);
    await scene.it.tokens.refreshExpiring();
    expect(await refreshes()).toBe(2);
  });
});
