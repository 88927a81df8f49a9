import { configDefaults, defineConfig } from 'vitest/config';
import SlowFilesFirst from './scripts/testing/slow-files-first.ts';

/** What a test waits for comes in milliseconds, and on a machine that is busy with something else much later. */
const patient = {
  testTimeout: 180_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 90_000, interval: 20 } },
  setupFiles: ['scripts/testing/patient.setup.ts'],
};

/**
 * Five kinds of tests. Their groups run one after the other, so that the browser journeys have the
 * machine to themselves. Those that share a product run two at a time; those with a product of their own
 * run alone, so that their stage times mean something.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: SlowFilesFirst },
    provide: { proofs: process.env.PROOFS === 'long' ? 'long' : 'short' },
    reporters: [
      './scripts/testing/slowest.reporter.ts',
      ...configDefaults.reporters,
      './scripts/testing/left-out.reporter.ts',
    ],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{backend,sandbox,packages,scripts,dashboard}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.db.test.ts'],
          pool: 'threads',
          ...patient,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'components',
          include: ['dashboard/src/**/*.test.tsx'],
          environment: 'happy-dom',
          pool: 'threads',
          maxWorkers: '100%',
          ...patient,
          setupFiles: [...patient.setupFiles, 'dashboard/src/testing/components.setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'db',
          include: ['backend/**/*.db.test.ts', 'scripts/**/*.db.test.ts'],
          globalSetup: ['backend/src/testing/postgres.setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          ...patient,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['journeys/*.journey.ts'],
          globalSetup: ['journeys/support/dashboard.setup.ts'],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          ...patient,
          testTimeout: 300_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'shared-journeys',
          include: ['journeys/shared/*.journey.ts'],
          globalSetup: ['journeys/support/dashboard.setup.ts', 'journeys/support/shared-product.setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          ...patient,
          testTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
