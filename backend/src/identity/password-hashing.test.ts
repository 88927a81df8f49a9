import { describe, expect, test } from 'vitest';
import { createPasswordHashing } from './password-hashing.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function scene(limits: { running?: number; waiting?: number; waitingPerAddress?: number } = {}) {
  const ends: (() => void)[] = [];
  let inFlight = 0;
  let most = 0;
  const slowly = async <T>(value: T): Promise<T> => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise<void>((resolve) => ends.push(resolve));
    inFlight -= 1;
    return value;
  };
  const hashing = createPasswordHashing(
    async () => ({ hash: (password) => slowly(`hash of ${password}`), verify: () => slowly(true) }),
    limits,
  );
  const finish = async () => {
    while (ends.length > 0) {
      ends.shift()?.();
      await settle();
    }
  };
  return { hashing, finish, most: () => most, ends };
}

describe('passwords are hashed', () => {
  test('two at a time, whichever way the hash is asked for', async () => {
    const { hashing, finish, most, ends } = scene();
    const all = [
      ...Array.from({ length: 5 }, (_, index) => hashing.hash(String(index))),
      ...Array.from({ length: 5 }, () => hashing.verify({ hash: 'h', password: 'p' })),
    ];
    await settle();
    expect(ends).toHaveLength(2);
    await finish();
    expect(await Promise.all(all)).toEqual([
      ...['0', '1', '2', '3', '4'].map((password) => `hash of ${password}`),
      ...Array(5).fill(true),
    ]);
    expect(most()).toBe(2);
    expect(hashing.counts()).toMatchObject({ running: 0, waiting: 0, maxHashing: 2, refused: 0 });
  });

  test('in the order they came, with a refusal behind a full queue that says when to come back', async () => {
    const { hashing, finish } = scene({ running: 1, waiting: 2 });
    const order: number[] = [];
    const asked = [1, 2, 3].map((who) =>
      hashing.admit('192.0.2.1', async () => {
        await hashing.hash('x');
        order.push(who);
      }),
    );
    await expect(hashing.admit('192.0.2.2', async () => undefined)).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      status: 429,
      retryable: true,
      retryAfterSeconds: expect.any(Number),
    });
    await settle();
    await finish();
    await Promise.all(asked);
    expect(order).toEqual([1, 2, 3]);
    expect(hashing.counts().refused).toBe(1);
  });

  test('with places left for other addresses when one address fills its share', async () => {
    const { hashing, finish } = scene({ running: 1, waiting: 4, waitingPerAddress: 2 });
    const one = () => hashing.admit('192.0.2.1', () => hashing.hash('x'));
    const taken = [one(), one(), one()];
    await expect(one()).rejects.toMatchObject({ status: 429 });
    const other = hashing.admit('192.0.2.2', () => hashing.hash('y'));
    await settle();
    await finish();
    expect(await Promise.all([...taken, other])).toEqual([
      'hash of x',
      'hash of x',
      'hash of x',
      'hash of y',
    ]);
  });

  test('a request that fails gives its place back', async () => {
    const { hashing } = scene({ running: 1, waiting: 0 });
    await expect(hashing.admit('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await hashing.admit('a', async () => 'in')).toBe('in');
    expect(hashing.counts()).toMatchObject({ running: 0, waiting: 0 });
  });
});
