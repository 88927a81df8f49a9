import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeyring } from '../platform/crypto.ts';
import { createDatabase } from '../platform/database.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { createConnections } from './index.ts';
import type { SharedSecrets } from './shared-secrets.ts';

const NOW = '2026-11-18T15:00:00.000Z';
const HOUR = 3_600_000;
const key = { id: 'k1', key: randomBytes(32) };

describe('a secret that a request presents', () => {
  let db: TestDatabase;
  let other: ReturnType<typeof createDatabase>;
  const clock = fixedClock(NOW);
  /** Two processes: each has its own pool. */
  let here: SharedSecrets;
  let there: SharedSecrets;
  let mine: TestOrganization;
  let theirs: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    other = createDatabase({ url: db.runtimeUrl, maxConnections: 2 });
    const keyring = createKeyring([key]);
    here = createConnections({ database: db.database, keyring, clock }).shared;
    there = createConnections({ database: other, keyring, clock }).shared;
  });
  beforeEach(async () => {
    clock.set(NOW);
    mine = await db.createOrganization();
    theirs = await db.createOrganization();
  });
  afterAll(async () => {
    await other.close();
    await db.close();
  });

  const inHours = (hours: number) => new Date(clock.now().getTime() + hours * HOUR);
  const rotate = (secret: string, previousUntil: Date | null = inHours(24)) =>
    here.rotate(mine.orgId, 'vapi', { secret, previousUntil });
  const good = (...secrets: string[]) =>
    Promise.all(secrets.map(async (secret) => (await there.whose('vapi', secret)) === mine.orgId));

  test('finds its clinic, and nothing else does', async () => {
    const secret = `first-of-${mine.orgId}`;
    await here.makeFirst(mine.orgId, 'vapi', secret);
    await here.makeFirst(theirs.orgId, 'vapi', `first-of-${theirs.orgId}`);
    expect(await there.whose('vapi', secret)).toBe(mine.orgId);
    expect(await there.whose('vapi', `first-of-${theirs.orgId}`)).toBe(theirs.orgId);
    for (const wrong of ['', secret.slice(0, -1), `${secret}1`, secret.toUpperCase(), "' or true --"]) {
      expect(await there.whose('vapi', wrong), wrong).toBeUndefined();
    }
    expect(await there.whose('twilio', secret)).toBeUndefined();
  });

  test('made twice is one, and a first one never replaces what is there', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map((secret) => here.makeFirst(mine.orgId, 'vapi', `${secret}-${mine.orgId}`)),
    );
    const kept = (await here.current(mine.orgId, 'vapi'))?.secret ?? '';
    expect(await good(...['a', 'b', 'c'].map((secret) => `${secret}-${mine.orgId}`))).toEqual(
      ['a', 'b', 'c'].map((secret) => kept.startsWith(secret)),
    );
  });

  describe('of several that were rotated', () => {
    const [s0, s1, s2, s3] = ['s0', 's1', 's2', 's3'] as const;
    beforeEach(async () => {
      await db.owner.query(`delete from public.connections where secret_hash is not null`);
      await here.makeFirst(mine.orgId, 'vapi', s0);
    });

    test('the newest and the newest previous one are good in every process, older ones are not', async () => {
      await rotate(s1);
      expect(await good(s0, s1)).toEqual([true, true]);
      await rotate(s2);
      expect(await good(s0, s1, s2)).toEqual([false, true, true]);
      await rotate(s3);
      expect(await good(s0, s1, s2, s3)).toEqual([false, false, true, true]);
      expect(await there.good(mine.orgId, 'vapi')).toEqual([s3, s2]);
    });

    test('the previous one ends at its time, whatever else happens', async () => {
      await rotate(s1, inHours(24));
      expect(await there.current(mine.orgId, 'vapi')).toMatchObject({
        secret: s1,
        previousUntil: inHours(24),
      });
      clock.advance(24 * HOUR - 1);
      expect(await good(s0, s1)).toEqual([true, true]);
      clock.advance(1);
      expect(await good(s0, s1)).toEqual([false, true]);
      expect(await there.good(mine.orgId, 'vapi')).toEqual([s1]);
      expect(await there.current(mine.orgId, 'vapi')).toMatchObject({ previousUntil: null });
    });

    test('none but the newest is good after "at once", also the one that was kept before', async () => {
      await rotate(s1);
      await rotate(s2, null);
      expect(await good(s0, s1, s2)).toEqual([false, false, true]);
      expect(await there.good(mine.orgId, 'vapi')).toEqual([s2]);
    });

    test('after ten rotations at once, the last two work', async () => {
      const names = Array.from({ length: 10 }, (_, n) => `race-${n}`);
      await Promise.all(names.map((name) => rotate(name)));
      expect((await good(...names, s0)).filter(Boolean)).toHaveLength(2);
      const [newest, previous] = await there.good(mine.orgId, 'vapi');
      expect(await good(newest ?? '', previous ?? '')).toEqual([true, true]);
    });

    test('what replaces a version that has been replaced changes nothing', async () => {
      const seen = (await here.version(mine.orgId, 'vapi')) ?? 0;
      await rotate(s1);
      expect(await here.rotate(mine.orgId, 'vapi', { secret: s2, previousUntil: inHours(1), seen })).toBe(
        false,
      );
      expect(await there.good(mine.orgId, 'vapi')).toEqual([s1, s0]);
    });

    test('what belongs to a rotation is written with it or not at all', async () => {
      const failed = here.rotate(mine.orgId, 'vapi', {
        secret: s1,
        previousUntil: null,
        also: async () => {
          throw new Error('not written');
        },
      });
      await expect(failed).rejects.toThrow('not written');
      expect(await good(s0, s1)).toEqual([true, false]);
    });

    test('are gone with the connection', async () => {
      await rotate(s1);
      await db.owner.query('delete from public.connections where org_id = $1', [mine.orgId]);
      expect(await good(s0, s1)).toEqual([false, false]);
      expect(await there.good(mine.orgId, 'vapi')).toEqual([]);
    });
  });

  describe('is written to the provider', () => {
    beforeEach(async () => {
      await here.makeFirst(mine.orgId, 'vapi', `w0-${mine.orgId}`);
    });
    const write = (of: SharedSecrets, work: Parameters<SharedSecrets['writing']>[3], waitMs = 0) =>
      of.writing(mine.orgId, 'vapi', waitMs, work);

    test('one process at a time writes it', async () => {
      const done = await write(here, async () => {
        expect(await write(there, () => Promise.reject(new Error('two at once')))).toBe(false);
      });
      expect(done).toBe(true);
      expect(await write(there, async () => undefined)).toBe(true);
    });

    test('the next process writes it after a failure', async () => {
      await expect(write(here, () => Promise.reject(new Error('Vapi is away')))).rejects.toThrow('away');
      expect(await write(there, async () => undefined)).toBe(true);
    });

    test('another process writes it after the turn of one that died', async () => {
      const setTurn = (end: string) =>
        db.owner.query(
          `update public.connections set writer = gen_random_uuid(), writer_until = now() + $2::interval where org_id = $1`,
          [mine.orgId, end],
        );
      await setTurn('1 second');
      expect(await write(here, async () => undefined)).toBe(false);
      await setTurn('-1 second');
      const tookOver: boolean[] = [];
      const note = async (writer: { tookOver: boolean }) => {
        tookOver.push(writer.tookOver);
      };
      expect(await write(here, note)).toBe(true);
      expect(await write(here, note)).toBe(true);
      // What the dead one sent may arrive later than what was written in its place.
      expect(tookOver).toEqual([true, false]);
    });

    test('only the writer of the newest secret can confirm it, in its own turn', async () => {
      const [w0, w1] = [`w0-${mine.orgId}`, `w1-${mine.orgId}`];
      await write(here, async (writer) => {
        const old = (await writer.renew()) ?? 0;
        await rotate(w1);
        // What the provider has now is the old one: it must not end.
        expect(await writer.confirm(old)).toBe(false);
        expect(await good(w0, w1)).toEqual([true, true]);
        await db.owner.query(`update public.connections set writer_until = now() where org_id = $1`, [
          mine.orgId,
        ]);
        await write(there, async (next) => {
          const newest = (await next.renew()) ?? 0;
          expect(newest).toBe(old + 1);
          expect(await writer.renew()).toBeUndefined();
          expect(await writer.confirm(newest)).toBe(false);
          expect(await good(w0, w1)).toEqual([true, true]);
          expect(await next.confirm(newest)).toBe(true);
        });
      });
      expect(await good(w0, w1)).toEqual([false, true]);
    });
  });
});
