import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../../backend/src/platform/errors.ts';
import { startEmbeddedPostgres } from '../../backend/src/platform/postgres/embedded.ts';

/** Runs the built-in database of a data directory for as long as `work` takes. */
export async function withBuiltIn(
  dataDir: string,
  port: number,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir, port }).catch((error: Error) => {
    if (!/Another Voxanne/.test(error.message)) throw error;
    throw new StartupError(
      `Another Voxanne is running on ${dataDir}, and the built-in database only serves one Voxanne at a time.\nStop it, then run this again. (Voxanne also migrates every time it starts.)`,
    );
  });
  const leave = () => void server.stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  try {
    await work(server.ownerUrl);
  } finally {
    await server.stop();
  }
}

/** As {@link withBuiltIn}, on an empty data directory that goes away afterwards. */
export async function withScratch(work: (url: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxanne-scratch-'));
  chmodSync(dataDir, 0o711);
  try {
    await withBuiltIn(dataDir, await freePort(), work);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
