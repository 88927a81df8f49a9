import { parentPort, workerData } from 'node:worker_threads';
import {
  sendWorst,
  signedFor,
  withPlausibleProof,
  worstBodies,
  worstHeads,
} from '../../backend/src/testing/worst-requests.ts';

const { port, routes, orgId } = workerData as {
  port: number;
  routes: { method: string; path: string }[];
  /** A clinic for which signatures may be made up. */
  orgId: string;
};
const AT_ONCE = 8;

/** So that what strangers do to their own process is not taken for what they do to ours. */
const all = [...worstBodies(), ...worstHeads()];
parentPort?.on('message', async (name: string) => {
  const found = all.find((one) => one.name === name);
  const queue = found
    ? routes.flatMap((route) =>
        [
          found,
          withPlausibleProof(found),
          ...(route.path.startsWith('/api/vapi/') ? [signedFor(found, orgId, new Date())] : []),
        ].map((worst) => ({ route, worst })),
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
