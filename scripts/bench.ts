/** `npm run bench`: every benchmark; `npm run bench -- <name> [arguments]`: one. Each prints ratios and writes bench/results/<name>.json. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const benches: Record<string, string> = {
  intake: 'bench/intake.ts',
  drain: 'bench/drain.ts',
  chaos: 'bench/chaos.ts',
  booking: 'bench/booking.ts',
  races: 'bench/races.ts',
  availability: 'bench/availability.ts',
  databases: 'bench/databases.ts',
  retention: 'bench/retention.ts',
  sigterm: 'bench/sigterm.ts',
  strangers: 'bench/strangers.ts',
  proofs: 'bench/proofs.ts',
  limits: 'bench/limits.ts',
  auth: 'bench/auth.ts',
  'safe-call': 'packages/safe-call/bench/main.ts',
};

const [wanted, ...args] = process.argv.slice(2);
if (wanted !== undefined && !(wanted in benches)) {
  console.error(`No benchmark is named "${wanted}". The names are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
for (const [name, file] of Object.entries(benches)) {
  if (wanted !== undefined && wanted !== name) continue;
  console.log(`${name}:`);
  const { status } = spawnSync(process.execPath, [join(root, file), ...args], {
    stdio: 'inherit',
    cwd: root,
  });
  if (status !== 0) process.exit(status ?? 1);
}
