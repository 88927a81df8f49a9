/** Its own process with a carrier: what the tests kill, or see end by itself. */
import { randomUUID } from 'node:crypto';
// waits: the process that is tested; its parent waits for its end and for nothing else
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../../platform/logger.ts';
import { createCarrier } from '../webhook-queue.ts';

const [port = '', how = ''] = process.argv.slice(2);
const carrier = createCarrier({ redisUrl: `redis://127.0.0.1:${port}`, log: silentLogger });

/** Resolves when the first row has come. */
const worked = (take: () => Promise<void>) =>
  new Promise<void>((resolve) => {
    carrier.work(async () => {
      resolve();
      await take();
    }, 2);
  });

if (how === 'hang') {
  await worked(() => new Promise(() => undefined));
  process.stdout.write('holding\n');
} else if (how === 'away') {
  void worked(async () => undefined);
  await sleep(500);
  await carrier.close();
} else {
  while (carrier.state() !== 'connected') await sleep(10);
  const first = how === 'work' ? worked(async () => undefined) : undefined;
  await carrier.announce([{ table: 'outbox', id: randomUUID(), attempt: 1 }]);
  await first;
  await carrier.close();
}
