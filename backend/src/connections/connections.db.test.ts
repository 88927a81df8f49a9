import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKeyring, SealError } from '../platform/crypto.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { type Connections, createConnections } from './index.ts';

const oldKey = { id: 'k1', key: randomBytes(32) };
const newKey = { id: 'k2', key: randomBytes(32) };

describe('the connections of a clinic', () => {
  let db: TestDatabase;
  let connections: Connections;
  let mine: TestOrganization;
  let theirs: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    connections = withKeys(oldKey);
  });
  beforeEach(async () => {
    mine = await db.createOrganization();
    theirs = await db.createOrganization();
  });
  afterAll(() => db.close());

  const withKeys = (...keys: (typeof oldKey)[]) =>
    createConnections({ database: db.database, keyring: createKeyring(keys) });
  const link = (clinic = mine, secret = 'a secret', more: object = {}) =>
    connections.save(clinic.orgId, 'google', { status: 'connected', secret, ...more });
  const copySealed = (from: TestOrganization, to: TestOrganization, provider = 'google') =>
    db.owner.query(
      `update public.connections set sealed = (select sealed from public.connections where org_id = $1 and provider = 'google')
       where org_id = $2 and provider = $3`,
      [from.orgId, to.orgId, provider],
    );

  test('are kept and opened with the facts given with them', async () => {
    const expiresAt = new Date('2026-11-21T10:00:00Z');
    await link(mine, 'a secret', { account: 'front@clinic.example', scopes: ['a', 'b'], expiresAt });
    expect(await connections.open(mine.orgId, 'google')).toMatchObject({
      secret: 'a secret',
      connection: {
        orgId: mine.orgId,
        status: 'connected',
        account: 'front@clinic.example',
        scopes: ['a', 'b'],
        expiresAt,
        errorMessage: null,
        version: 1,
      },
    });
    expect(await connections.find(theirs.orgId, 'google')).toBeUndefined();
    expect(await connections.open(mine.orgId, 'twilio')).toBeUndefined();
  });

  test('hold no secret that could be read in the database', async () => {
    await link(mine, 'canary', { lookup: 'canary' });
    const { rows } = await db.owner.query(
      'select c::text as row from public.connections c where org_id = $1',
      [mine.orgId],
    );
    expect(rows[0].row).not.toContain('canary');
    expect(rows[0].row).not.toContain(Buffer.from('canary').toString('hex'));
  });

  test('do not open in another clinic, nor for another provider', async () => {
    await link(mine, 'mine');
    await link(theirs, 'theirs');
    await connections.save(mine.orgId, 'vapi', { status: 'connected', secret: 'voice' });
    await copySealed(mine, theirs);
    await copySealed(mine, mine, 'vapi');
    await expect(connections.open(theirs.orgId, 'google')).rejects.toThrow(SealError);
    await expect(connections.open(mine.orgId, 'vapi')).rejects.toThrow(SealError);
    expect(await connections.open(mine.orgId, 'google')).toMatchObject({ secret: 'mine' });
  });

  test('survive a change of keys as long as the old one is kept, and say which one is missing', async () => {
    await link(mine, 'old');
    const rotated = withKeys(newKey, oldKey);
    expect(await rotated.open(mine.orgId, 'google')).toMatchObject({ secret: 'old' });
    await expect(withKeys(newKey).open(mine.orgId, 'google')).rejects.toThrow('"k1"');
    const { connection } = (await rotated.open(mine.orgId, 'google'))!;
    await rotated.replaceSecret(mine.orgId, 'google', { ...connection, secret: 'new', expiresAt: null });
    expect(await withKeys(newKey).open(mine.orgId, 'google')).toMatchObject({ secret: 'new' });
  });

  test('linked again forget the error, and an account that may be another one now', async () => {
    await link(mine, 'first', { account: 'front@clinic.example' });
    await connections.setStatus(mine.orgId, 'google', 'reconnect_required', 'Refused.');
    await link(mine, 'second');
    expect(await connections.open(mine.orgId, 'google')).toMatchObject({
      secret: 'second',
      connection: { status: 'connected', account: null, errorMessage: null, version: 2 },
    });
  });

  test('collect details', async () => {
    await link();
    await connections.addDetails(mine.orgId, 'google', { a: '1', b: '2' });
    await connections.addDetails(mine.orgId, 'google', { b: '3' }, 'front@clinic.example');
    expect(await connections.find(mine.orgId, 'google')).toMatchObject({
      details: { a: '1', b: '3' },
      account: 'front@clinic.example',
    });
  });

  test('removed are gone, those of others stay', async () => {
    await link(mine);
    await link(theirs);
    await connections.remove(mine.orgId, 'google');
    expect(await connections.find(mine.orgId, 'google')).toBeUndefined();
    expect(await connections.find(theirs.orgId, 'google')).toBeDefined();
  });

  test('that run out soon are found, soonest first, and only those that can be renewed', async () => {
    const at = (minute: number) => new Date(Date.UTC(2001, 0, 1, 0, minute));
    const others = await Promise.all(Array.from({ length: 3 }, () => db.createOrganization()));
    await link(mine, 's', { expiresAt: at(5) });
    await link(theirs, 's', { expiresAt: at(3) });
    await link(others[0], 's', { expiresAt: at(20) });
    await link(others[1], 's', { expiresAt: at(1), status: 'reconnect_required' });
    await link(others[2], 's');
    expect(await connections.expiringBefore('google', at(10))).toEqual([theirs.orgId, mine.orgId]);
  });

  describe('replacing a secret', () => {
    const current = async (clinic = mine) => (await connections.open(clinic.orgId, 'google'))!;
    const replace = (seen: { id: string; version: number }, secret: string) =>
      connections.replaceSecret(mine.orgId, 'google', {
        id: seen.id,
        version: seen.version,
        secret,
        expiresAt: null,
      });

    test('works for anyone who has seen the newest one', async () => {
      await link(mine, 'first');
      await connections.setStatus(mine.orgId, 'google', 'degraded', 'Google was slow.');
      expect(await replace((await current()).connection, 'second')).toBe(true);
      expect(await current()).toMatchObject({
        secret: 'second',
        connection: { version: 2, status: 'connected', errorMessage: null },
      });
    });

    test('is refused to the one who comes late: of ten at once, one wins and no one overwrites it', async () => {
      await link(mine, 'first');
      const { connection } = await current();
      const won = await Promise.all(Array.from({ length: 10 }, (_, n) => replace(connection, `by ${n}`)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await current()).secret).toBe(`by ${won.indexOf(true)}`);
      expect((await current()).connection.version).toBe(2);
    });

    test('is refused when the clinic was unlinked and linked to someone else in the meantime', async () => {
      await link(mine, 'the old account');
      const { connection } = await current();
      await connections.remove(mine.orgId, 'google');
      await link(mine, 'the new account');
      expect(await replace(connection, 'the old account, renewed')).toBe(false);
      expect((await current()).secret).toBe('the new account');
    });
  });

  describe('marking a link as broken', () => {
    test('is refused when it was linked again since it was looked at', async () => {
      await link(mine, 'first');
      const seen = (await connections.find(mine.orgId, 'google'))!;
      await link(mine, 'second');
      const told = connections.setStatus(mine.orgId, 'google', 'reconnect_required', 'Refused.', seen);
      expect(await told).toBe(false);
      expect(await connections.find(mine.orgId, 'google')).toMatchObject({ status: 'connected' });
      const now = (await connections.find(mine.orgId, 'google'))!;
      expect(await connections.setStatus(mine.orgId, 'google', 'revoked', 'Refused.', now)).toBe(true);
      expect(await connections.find(mine.orgId, 'google')).toMatchObject({ status: 'revoked' });
    });
  });
});
