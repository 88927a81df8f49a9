import { parentPort, workerData } from 'node:worker_threads';
import { PLAUSIBLE, sendWorst, worstBodies, worstHeads } from '../../backend/src/testing/worst-requests.ts';

const { port, routes } = workerData as { port: number; routes: { method: string; path: string }[] };
const AT_ONCE = 8;

/** So that what strangers do to their own process is not taken for what they do to ours. */
const all = [...worstBodies(), ...worstHeads()];
parentPort?.on('message', async (name: string) => {
  const found = all.find((one) => one.name === name);
  const queue = found
    ? routes.flatMap((route) =>
        [found, { ...found, headers: { ...PLAUSIBLE, ...found.headers } }].map((worst) => ({ route, worst })),
      )
    : [];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.shift(); next; next = queue.shift())
        await sendWorst(port, next.route, next.worst);
    }),
  );
  parentPort?.postMessage(name);
});
