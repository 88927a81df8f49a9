import { QueryClient } from '@tanstack/react-query';
import { LiveEventType } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { everythingLive, makeStale, staleAfter } from './staleness.ts';

test('every live event makes something stale', () => {
  for (const type of LiveEventType.options) expect(staleAfter[type].length).toBeGreaterThan(0);
});

test('the setup page hears of every kind of event', () => {
  for (const type of LiveEventType.options) expect(staleAfter[type]).toContain('onboarding');
});

test('after a gap in the stream every event may have been missed, and nothing else', () => {
  expect([...everythingLive].sort()).toEqual([...LiveEventType.options].sort());
});

test('a change makes stale what the table says, but for the query that its answer has brought', async () => {
  const queryClient = new QueryClient();
  const keys = [
    ['contacts', 'one', '1'],
    ['contacts', 'one', '2'],
    ['appointments', 'one', '1'],
    ['services'],
  ] as const;
  for (const key of keys) queryClient.setQueryData(key, {});
  const queryOf = (key: (typeof keys)[number]) =>
    queryClient.getQueryCache().find({ queryKey: key, exact: true });
  await makeStale(queryClient, ['contact.updated'], queryOf(keys[0])?.queryHash);
  expect(keys.map((key) => queryOf(key)?.state.isInvalidated)).toEqual([false, true, true, false]);
});
