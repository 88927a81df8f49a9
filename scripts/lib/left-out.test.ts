import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listFiles } from './files.ts';
import { findLeftOut } from './left-out.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([
  ['browser', ['journeys/shared/waitlist.journey.ts', 'journeys/shared/every-page.journey.ts']],
  [
    'Redis',
    [
      'backend/src/shared-redis.db.test.ts',
      'backend/src/platform/redis.redis.test.ts',
      'journeys/chaos.journey.ts',
      'journeys/scale-out.journey.ts',
      'packages/safe-call/src/redis-store.test.ts',
    ],
  ],
  ['pooler', ['backend/src/platform/postgres/poolers.db.test.ts', 'journeys/databases.journey.ts']],
  ['16 and 17', ['scripts/statement-costs.db.test.ts', 'journeys/databases.journey.ts']],
])('a machine without its %s says so to the tests that need it, and to no others', (word, paths) => {
  vi.stubEnv('PATH', '');
  vi.stubEnv('CHROMIUM_PATH', '/nowhere/chromium');
  onTestFinished(() => void vi.unstubAllEnvs());
  // Nothing is installed below a folder that does not exist.
  const leftOut = findLeftOut('/nowhere').find(({ sentence }) =>
    sentence.toLowerCase().includes(word.toLowerCase()),
  );
  const concerned = listFiles(root).filter(
    (path) =>
      /\.(test|journey)\.ts$/.test(path) && leftOut?.concerns.test(readFileSync(`${root}${path}`, 'utf8')),
  );
  expect(concerned).toEqual(expect.arrayContaining(paths));
  expect(concerned).not.toContain('backend/src/availability/slot-id.test.ts');
});
