import { type MutationOptions, type QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noteChangeIds, ownChanges } from './own-changes.ts';
import { createQueryClient } from './query-client.ts';

let queryClient: QueryClient;
let reads: string[] = [];
/** When the server answers what is read. */
let answered = Promise.resolve();
const left: (() => void)[] = [];
beforeEach(() => {
  answered = Promise.resolve();
  queryClient = createQueryClient(
    () => undefined,
    () => undefined,
  );
  reads = [];
});
afterEach(() => {
  for (const leave of left.splice(0)) leave();
  queryClient.clear();
});

/** Something the page shows, as a query that was read once. */
async function show(queryKey: readonly ['contacts' | 'appointments' | 'services', ...string[]]) {
  const read = async () => {
    reads.push(queryKey.join(' '));
    const data = `read ${reads.length}`;
    await answered;
    return data;
  };
  const shown = new QueryObserver(queryClient, { queryKey, queryFn: read });
  left.push(shown.subscribe(() => undefined));
  await expect.poll(() => shown.getCurrentResult().isSuccess).toBe(true);
  reads = [];
  return () => shown.getCurrentResult().data;
}

const run = <T>(options: MutationOptions<T>) =>
  queryClient.getMutationCache().build(queryClient, options).execute(undefined);

test('what a mutation changes is read again before it is done, and nothing else', async () => {
  const contact = await show(['contacts', 'one']);
  await show(['services']);
  await run({ mutationFn: async () => 'saved', meta: { changes: ['contact.updated'] } });
  expect(reads).toEqual(['contacts one']);
  expect(contact()).toBe('read 1');
});

test('an answer is shown as it came, and its query is not read again', async () => {
  const contact = await show(['contacts', 'one']);
  await show(['contacts', 'list']);
  const seen: unknown[] = [];
  await run({
    mutationFn: async () => 'saved',
    onSuccess: () => {
      seen.push(contact());
    },
    meta: { changes: ['contact.updated'], answers: () => ['contacts', 'one'] },
  });
  expect(seen).toEqual(['saved']);
  expect(contact()).toBe('saved');
  expect(reads).toEqual(['contacts list']);
});

test('after a refusal the page is read again as well, and the person need not wait for it', async () => {
  const appointments = await show(['appointments']);
  const { promise, resolve } = Promise.withResolvers<void>();
  answered = promise;
  const refused = run({
    mutationFn: () => Promise.reject(new Error('taken')),
    meta: { changes: ['appointment.booked'], answers: () => ['appointments'] },
  });
  await expect(refused).rejects.toThrow('taken');
  expect(reads).toEqual(['appointments']);
  resolve();
  await expect.poll(appointments).toBe('read 1');
});

test('a mutation that says nothing about itself changes nothing on the page', async () => {
  await show(['contacts', 'one']);
  await run({ mutationFn: async () => 'ok' });
  expect(reads).toEqual([]);
});

test('what a mutation did is known by the ids of its answer when its event arrives', async () => {
  const answer = {};
  await run({
    async mutationFn() {
      noteChangeIds(answer, '812');
      return answer;
    },
    meta: { changes: ['contact.updated'] },
  });
  const heard: string[] = [];
  for (const change_id of ['812', '813']) {
    const event = {
      id: '1',
      at: '2030-01-07T09:00:00Z',
      type: 'contact.updated',
      data: {},
      change_id,
    } as const;
    ownChanges.sift(event, () => heard.push(change_id));
  }
  expect(heard).toEqual(['813']);
});
