import type { LiveEvent } from '@voxanne/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type LiveStatus, startLiveStream } from './live-stream.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const event = (id: string): LiveEvent => ({
  id,
  type: 'appointment.booked',
  at: '2030-01-07T09:00:00Z',
  data: {},
});
const wire = (e: LiveEvent) => `id: ${e.id}\ndata: ${JSON.stringify(e)}\n\n`;

/** A server that the test holds in its hands: each connection's line, and the ids it was resumed with. */
function harness({ reachable = true } = {}) {
  const lines: ReadableStreamDefaultController<Uint8Array>[] = [];
  const resumedWith: (string | null)[] = [];
  const events: string[] = [];
  const statuses: LiveStatus[] = [];
  let opened = 0;
  let refuse = !reachable;
  const stop = startLiveStream({
    open(lastEventId, signal) {
      resumedWith.push(lastEventId);
      if (refuse) return Promise.reject(new Error('down'));
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          lines.push(controller);
          signal.addEventListener('abort', () => controller.error(new Error('aborted')));
        },
      });
      return Promise.resolve(body);
    },
    onOpen: () => {
      opened += 1;
    },
    onEvent: (e) => events.push(e.id),
    onStatus: (s) => statuses.push(s),
  });
  const say = async (text: string) => {
    lines.at(-1)?.enqueue(new TextEncoder().encode(text));
    await vi.advanceTimersByTimeAsync(0);
  };
  return {
    events,
    statuses,
    resumedWith,
    stop,
    say,
    opened: () => opened,
    hangUp: () => lines.at(-1)?.close(),
    refuse: (value: boolean) => {
      refuse = value;
    },
  };
}

test('events arrive, and a line that ends is resumed after the last one', async () => {
  const live = harness();
  await vi.advanceTimersByTimeAsync(0);
  await live.say(wire(event('41')));
  await live.say('data: not json\n\n');
  live.hangUp();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(live.events).toEqual(['41']);
  expect(live.resumedWith).toEqual([null, '41']);
  expect(live.opened()).toBe(2);
  live.stop();
});

test('heartbeats keep it live; 30 s of silence pause it and open a new line', async () => {
  const live = harness();
  await vi.advanceTimersByTimeAsync(0);
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(15_000);
    await live.say(': heartbeat\n\n');
  }
  expect(live.statuses).toEqual(['live']);
  live.refuse(true);
  await vi.advanceTimersByTimeAsync(32_000);
  expect(live.statuses).toEqual(['live', 'paused']);
  live.refuse(false);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(live.statuses).toEqual(['live', 'paused', 'live']);
  live.stop();
});

test('a server that was never reached is paused after 30 s, not before', async () => {
  const live = harness({ reachable: false });
  await vi.advanceTimersByTimeAsync(29_000);
  expect(live.statuses).not.toContain('paused');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(live.statuses.at(-1)).toBe('paused');
  live.stop();
});
