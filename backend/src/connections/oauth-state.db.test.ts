import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeyring } from '../platform/crypto.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { createOAuthStates, type OAuthStates } from './index.ts';

describe('a consent in progress', () => {
  let db: TestDatabase;
  let states: OAuthStates;
  let mine: TestOrganization;
  const clock = fixedClock(new Date());
  beforeAll(async () => {
    db = await createTestDatabase();
    mine = await db.createOrganization();
    const keyring = createKeyring([{ id: 'k1', key: randomBytes(32) }]);
    states = createOAuthStates({ database: db.database, keyring, clock });
  });
  beforeEach(async () => {
    clock.set(new Date());
    await db.owner.query('delete from public.oauth_states');
  });
  afterAll(() => db.close());

  const begin = () => states.begin({ ...mine.scope, provider: 'google', codeVerifier: 'the verifier' });
  const REFUSED = { code: 'OAUTH_STATE_INVALID', status: 400 };
  const mineAgain = () => ({ orgId: mine.orgId, userId: mine.userId, codeVerifier: 'the verifier' });

  test('ends for the person who began it', async () => {
    const { state } = await begin();
    expect(await states.finish({ state, userId: mine.userId }, 'google')).toEqual(mineAgain());
  });

  test('ends in the browser that began it, though its session is over', async () => {
    const { state, browserToken } = await begin();
    expect(await states.finish({ state, browserToken }, 'google')).toEqual(mineAgain());
  });

  test('ends once, however many come back at the same time', async () => {
    const { state } = await begin();
    const back = { state, userId: mine.userId };
    const ends = await Promise.allSettled(Array.from({ length: 10 }, () => states.finish(back, 'google')));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(states.finish(back, 'google')).rejects.toMatchObject(REFUSED);
  });

  test.each([
    ['was removed from the clinic', 'delete from public.profiles where user_id = $1'],
    ['became staff', `update public.profiles set role = 'staff' where user_id = $1`],
  ])('of someone who %s since then links nothing', async (_what, change) => {
    const gone = await db.createOrganization();
    const { state, browserToken } = await states.begin({
      ...gone.scope,
      provider: 'google',
      codeVerifier: 'the verifier',
    });
    await db.owner.query(change, [gone.userId]);
    for (const back of [
      { state, browserToken },
      { state, userId: gone.userId },
    ]) {
      await expect(states.finish(back, 'google')).rejects.toMatchObject(REFUSED);
    }
  });

  test('is good for ten minutes', async () => {
    const [first, second] = [await begin(), await begin()];
    clock.advance(10 * 60_000 - 1);
    await states.finish({ state: first.state, userId: mine.userId }, 'google');
    clock.advance(1);
    await expect(states.finish({ state: second.state, userId: mine.userId }, 'google')).rejects.toMatchObject(
      REFUSED,
    );
  });

  describe('is refused', () => {
    const refuses = async (
      back: (start: Awaited<ReturnType<typeof begin>>) => object,
      provider = 'google',
    ) => {
      const start = await begin();
      const attempt = states.finish({ state: start.state, ...back(start) }, provider as 'google');
      await expect(attempt).rejects.toMatchObject(REFUSED);
      // The person who began it may still finish it: a stranger's attempt doesn't use it up.
      expect(await states.finish({ state: start.state, userId: mine.userId }, 'google')).toEqual(mineAgain());
    };

    test('to the session of another person, even in the same browser', () =>
      refuses(({ browserToken }) => ({ userId: randomUUID(), browserToken })));

    test('without session and cookie', () => refuses(() => ({})));

    test('with the cookie of another browser', () => refuses(() => ({ browserToken: 'another' })));

    test('with an edited state', () =>
      refuses(({ state }) => ({
        state: `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`,
        userId: mine.userId,
      })));

    test('for another provider', () => refuses(() => ({ userId: mine.userId }), 'twilio'));
  });

  test('keeps neither state, cookie nor verifier where the database could reveal them', async () => {
    const { state, browserToken } = await begin();
    const { rows } = await db.owner.query('select s::text as row from public.oauth_states s');
    for (const secret of [state, browserToken, 'the verifier']) expect(rows[0].row).not.toContain(secret);
  });

  test('that no one ended is swept away when another begins', async () => {
    await begin();
    await db.owner.query(`update public.oauth_states set expires_at = now() - interval '1 minute'`);
    await begin();
    const { rows } = await db.owner.query('select count(*)::int as left_over from public.oauth_states');
    expect(rows).toEqual([{ left_over: 1 }]);
  });
});
