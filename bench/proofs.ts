/** `npm run bench -- proofs`: the tests that prove something by many cases, with all of them. `npm test` runs a part. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROOFS = [
  'backend/src/availability/free-times.property.test.ts',
  'backend/src/assistant/said.db.test.ts',
];

const root = join(import.meta.dirname, '..');
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...PROOFS], {
  cwd: root,
  env: { ...process.env, PROOFS: 'long' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
