import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeyring } from '../platform/crypto.ts';
import { EVENTS_SCOPE } from './google.client.ts';
import { type CalendarScene, consent, createCalendarScene } from './testing.ts';

describe('linking a Google Calendar', () => {
  let scene: CalendarScene;
  beforeAll(async () => {
    scene = await createCalendarScene();
  });
  beforeEach(() => scene.freshStart());
  afterAll(() => scene.close());

  const use = (clinic: Awaited<ReturnType<CalendarScene['linked']>>, process = scene.it) =>
    process.tokens.use(clinic.orgId, (token) => process.google.primaryCalendar(token));

  test('asks for no more than it needs, for a lasting permission, with PKCE', async () => {
    const clinic = await scene.createOrganization();
    const { url, browserToken } = await scene.begin(clinic);
    const { searchParams } = new URL(url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      access_type: 'offline',
      prompt: 'consent',
      response_type: 'code',
      code_challenge_method: 'S256',
      login_hint: clinic.email,
      redirect_uri: 'http://localhost:3001/api/integrations/google/callback',
      scope: `${EVENTS_SCOPE} https://www.googleapis.com/auth/calendar.readonly`,
    });
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(url).not.toContain(browserToken);
  });

  test('ends in a calendar that can be used, and says whose it is', async () => {
    const clinic = await scene.linked({ account: 'desk@clinic.example' });
    expect(await scene.it.connections.find(clinic.orgId, 'google')).toMatchObject({
      status: 'connected',
      account: 'desk@clinic.example',
      scopes: expect.arrayContaining([EVENTS_SCOPE]),
      errorMessage: null,
    });
    expect(await use(clinic)).toMatchObject({ id: 'desk@clinic.example' });
    expect(await scene.asked('POST /google/token')).toBe(1);
  });

  test('lasts: a restarted process finds it as it was', async () => {
    const clinic = await scene.linked();
    const restarted = scene.build();
    expect(await restarted.connections.find(clinic.orgId, 'google')).toMatchObject({ status: 'connected' });
    expect(await use(clinic, restarted)).toMatchObject({ id: 'front@clinic.example' });
  });

  test('is never forgotten when the keys are lost: it must be linked again, and says so', async () => {
    const clinic = await scene.linked();
    const other = scene.build(createKeyring([{ id: 'k9', key: randomBytes(32) }]));
    await expect(use(clinic, other)).rejects.toMatchObject({ reason: 'reconnect_required' });
    expect(await scene.status(clinic)).toBe('reconnect_required');
  });

  test('with a code that belongs to another consent fails: the verifier does not match', async () => {
    const clinic = await scene.createOrganization();
    const [first, second] = [await scene.begin(clinic), await scene.begin(clinic)];
    const { code } = await consent(first.url);
    const { state } = await consent(second.url);
    const mixed = scene.it.link.finish({ code, state, userId: clinic.userId });
    await expect(mixed).rejects.toMatchObject({ code: 'CONSENT_EXPIRED', status: 400 });
    expect(await scene.status(clinic)).toBe('not_linked');
  });

  test('with the same answer a second time fails and leaves the link as it is', async () => {
    const clinic = await scene.createOrganization();
    const { code, state } = await consent((await scene.begin(clinic)).url);
    const back = { code, state, userId: clinic.userId };
    await scene.it.link.finish(back);
    await expect(scene.it.link.finish(back)).rejects.toMatchObject({ code: 'OAUTH_STATE_INVALID' });
    expect(await scene.status(clinic)).toBe('connected');
    expect(await scene.asked('POST /google/token')).toBe(1);
  });

  test('for someone else’s clinic is refused before Google is asked', async () => {
    const [mine, theirs] = [await scene.createOrganization(), await scene.createOrganization()];
    const { code, state } = await consent((await scene.begin(mine)).url);
    const stolen = scene.it.link.finish({ code, state, userId: theirs.userId });
    await expect(stolen).rejects.toMatchObject({ code: 'OAUTH_STATE_INVALID' });
    expect(await scene.asked('POST /google/token')).toBe(0);
    expect([await scene.status(mine), await scene.status(theirs)]).toEqual(['not_linked', 'not_linked']);
  });

  test('without the right to write says which box to leave ticked, and may be repaired by linking again', async () => {
    const reading = ['https://www.googleapis.com/auth/calendar.readonly'];
    const clinic = await scene.createOrganization();
    const first = await consent((await scene.begin(clinic)).url, { granted: reading });
    const attempt = scene.it.link.finish({ ...first, userId: clinic.userId });
    await expect(attempt).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE', status: 400 });
    expect(await scene.status(clinic)).toBe('insufficient_scope');
    await expect(use(clinic)).rejects.toMatchObject({ reason: 'insufficient_scope' });

    const second = await consent((await scene.begin(clinic)).url);
    await scene.it.link.finish({ ...second, userId: clinic.userId });
    expect(await scene.status(clinic)).toBe('connected');
  });

  test.each([
    ['status', { status: 503 }],
    ['malformed', {}],
    ['reset', {}],
  ])(
    'while Google is broken (%s) links nothing, says so, and keeps what was linked before',
    async (kind, more) => {
      const clinic = await scene.linked({ account: 'before@clinic.example' });
      const back = await consent((await scene.begin(clinic)).url, { account: 'after@clinic.example' });
      await scene.fault(kind, { match: 'POST /google/token', ...more });
      const attempt = scene.it.link.finish({ ...back, userId: clinic.userId });
      await expect(attempt).rejects.toMatchObject({
        code: 'GOOGLE_UNAVAILABLE',
        status: 502,
        retryable: true,
      });
      // Once for the link before, once now: a code is good once, so asking again is up to the person.
      expect(await scene.asked('POST /google/token')).toBe(2);
      expect(await scene.it.connections.find(clinic.orgId, 'google')).toMatchObject({
        status: 'connected',
        account: 'before@clinic.example',
      });
    },
  );

  test('is good although Google could not be asked for the calendar’s name at that moment', async () => {
    await scene.fault('status', { match: 'calendarList', status: 503 });
    const clinic = await scene.linked();
    expect(await scene.it.connections.find(clinic.orgId, 'google')).toMatchObject({
      status: 'connected',
      account: null,
    });
  });

  describe('where Google gives no lasting permission, because it gave one before', () => {
    const again = async (clinic: Awaited<ReturnType<CalendarScene['linked']>>, account: string) => {
      const url = new URL((await scene.begin(clinic)).url);
      url.searchParams.delete('prompt');
      return consent(url.toString(), { account });
    };

    test('the one we hold stays good', async () => {
      const clinic = await scene.linked({ account: 'twice@clinic.example' });
      const { refreshToken } = await scene.stored(clinic);
      const back = await again(clinic, 'twice@clinic.example');
      await scene.it.link.finish({ ...back, userId: clinic.userId });
      expect((await scene.stored(clinic)).refreshToken).toBe(refreshToken);
    });

    test('if we have none, nothing is linked that would end within the hour', async () => {
      await scene.linked({ account: 'elsewhere@clinic.example' });
      const clinic = await scene.createOrganization();
      const back = await again(clinic, 'elsewhere@clinic.example');
      const attempt = scene.it.link.finish({ ...back, userId: clinic.userId });
      await expect(attempt).rejects.toMatchObject({ code: 'NO_LASTING_PERMISSION', status: 400 });
      expect(await scene.status(clinic)).toBe('not_linked');
    });

    test('if ours belongs to another account, it isn’t used for this one', async () => {
      await scene.linked({ account: 'second@clinic.example' });
      const clinic = await scene.linked({ account: 'first@clinic.example' });
      const back = await again(clinic, 'second@clinic.example');
      const attempt = scene.it.link.finish({ ...back, userId: clinic.userId });
      await expect(attempt).rejects.toMatchObject({ code: 'NO_LASTING_PERMISSION' });
      expect(await scene.it.connections.find(clinic.orgId, 'google')).toMatchObject({
        account: 'first@clinic.example',
      });
    });
  });

  describe('unlinking', () => {
    // Links of unknown accounts, left by other tests, might be to any.
    beforeEach(() => scene.owner.query('delete from connections where account is null'));

    test('leaves the permission where another clinic has linked the same account, and the last one gives it back', async () => {
      const account = `${randomUUID()}@clinic.example`;
      const [first, second, other] = [
        await scene.linked({ account }),
        await scene.linked({ account: account.toUpperCase() }),
        await scene.linked({ account: `${randomUUID()}@clinic.example` }),
      ];
      await scene.it.link.unlink(first.orgId);
      expect(await scene.status(first)).toBe('not_linked');
      expect(await scene.asked('/google/revoke')).toBe(0);
      expect(await use(second)).toBeDefined();
      await scene.it.link.unlink(second.orgId);
      expect(await scene.asked('/google/revoke')).toBe(1);
      expect(await use(other)).toBeDefined();
    });

    test.each([
      ['is not known', 'connected', null, 0],
      ['has ended', 'reconnect_required', 'same', 1],
      ['may not write', 'insufficient_scope', 'same', 1],
    ] as const)('where another link of the account %s', async (_what, status, theirs, revoked) => {
      const account = `${randomUUID()}@clinic.example`;
      const [clinic, other] = [await scene.linked({ account }), await scene.linked({ account })];
      await scene.owner.query('update connections set status = $2, account = $3 where org_id = $1', [
        other.orgId,
        status,
        theirs === null ? null : account,
      ]);
      await scene.it.link.unlink(clinic.orgId);
      expect(await scene.asked('/google/revoke')).toBe(revoked);
      await scene.owner.query('delete from connections where org_id = $1', [other.orgId]);
    });

    test('forgets the permission here and gives it back to Google', async () => {
      const clinic = await scene.linked({ account: `${randomUUID()}@clinic.example` });
      const { refreshToken } = await scene.stored(clinic);
      await scene.it.link.unlink(clinic.orgId);
      expect(await scene.status(clinic)).toBe('not_linked');
      expect(await scene.asked('/google/revoke')).toBe(1);
      await expect(scene.it.google.refresh(refreshToken)).rejects.toThrow('invalid_grant');
    });

    test('works while Google is away, and where nothing is linked', async () => {
      const clinic = await scene.linked();
      await scene.fault('status', { match: '/google/revoke', status: 503 });
      await scene.it.link.unlink(clinic.orgId);
      expect(await scene.status(clinic)).toBe('not_linked');
      await scene.it.link.unlink(clinic.orgId);
    });

    test('after the permission was refused, and linking again, is a new beginning', async () => {
      const clinic = await scene.linked();
      await scene.expiresIn(clinic, 0);
      await scene.fault('invalid_grant');
      await expect(use(clinic)).rejects.toThrow();
      expect(await scene.status(clinic)).toBe('reconnect_required');
      await scene.heal();

      await scene.it.link.unlink(clinic.orgId);
      for (let version = 1; version <= 2; version += 1) {
        const back = await consent((await scene.begin(clinic)).url);
        await scene.it.link.finish({ ...back, userId: clinic.userId });
        expect(await use(clinic)).toMatchObject({ id: 'front@clinic.example' });
      }
    });
  });

  test('logs that it happened, without a token', async () => {
    const clinic = await scene.linked();
    const { accessToken, refreshToken } = await scene.stored(clinic);
    expect(scene.lines).toMatchObject([
      { msg: '[GoogleCalendar] Linked', org_id: clinic.orgId, writable: true },
    ]);
    for (const secret of [accessToken, refreshToken, clinic.email]) {
      expect(JSON.stringify(scene.lines)).not.toContain(secret);
    }
  });
});
