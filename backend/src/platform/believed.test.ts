import { expect, test, vi } from 'vitest';
import { fixedClock } from '../testing/fixed-clock.ts';
import { BELIEVED_MS, believeBriefly } from './believed.ts';

const scene = (answer: () => Promise<string | undefined>) => {
  const clock = fixedClock('2026-11-18T15:00:00Z');
  const ask = vi.fn(answer);
  return { clock, ask, believed: believeBriefly(clock, ask) };
};

test('a yes is believed for less than five seconds, and asked for again then', async () => {
  expect(BELIEVED_MS).toBeLessThan(5_000);
  const { clock, ask, believed } = scene(async () => 'yes');
  await believed('a');
  clock.advance(BELIEVED_MS - 1);
  await believed('a');
  expect(ask).toHaveBeenCalledTimes(1);
  clock.advance(1);
  await believed('a');
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a hundred at once ask once, each key for itself', async () => {
  const { ask, believed } = scene(async () => 'yes');
  await Promise.all(Array.from({ length: 100 }, (_, n) => believed(n % 2 === 0 ? 'a' : 'b')));
  expect(ask.mock.calls).toEqual([['a'], ['b']]);
});

test('a no and a failure are asked about each time', async () => {
  const no = scene(async () => undefined);
  await no.believed('a');
  await no.believed('a');
  expect(no.ask).toHaveBeenCalledTimes(2);
  const failing = scene(async () => {
    throw new Error('away');
  });
  for (let n = 0; n < 2; n += 1) await expect(failing.believed('a')).rejects.toThrow('away');
  expect(failing.ask).toHaveBeenCalledTimes(2);
});

test('a clock that is set back makes nothing good for longer', async () => {
  const { clock, ask, believed } = scene(async () => 'yes');
  await believed('a');
  clock.advance(-3_600_000);
  await believed('a');
  expect(ask).toHaveBeenCalledTimes(2);
});

test('what is forgotten is asked for again, and a late failure does not drop the newer answer', async () => {
  let fail: (error: Error) => void = () => undefined;
  const { ask, believed } = scene(async () => 'yes');
  ask.mockImplementationOnce(
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  const first = believed('a');
  believed.forget();
  expect(await believed('a')).toBe('yes');
  fail(new Error('late'));
  await expect(first).rejects.toThrow('late');
  await believed('a');
  expect(ask).toHaveBeenCalledTimes(2);
});

test('keys are not kept without end', async () => {
  const { ask, believed } = scene(async () => 'yes');
  for (let n = 0; n <= 10_000; n += 1) await believed(String(n));
  await believed('0');
  expect(ask).toHaveBeenCalledTimes(10_002);
});
