import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The product serves the built pages, and only journeys start the product: no other test waits for the build. */
export default function setup(): void {
  const { status } = spawnSync(process.execPath, ['scripts/bootstrap.mjs', '--dashboard'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The dashboard could not be built; the lines above say why.');
}
