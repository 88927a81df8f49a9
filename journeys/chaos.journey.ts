import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { BENCH_LIMIT_MS, runBench } from './support/bench-run.ts';
import { figures, seconds } from './support/figures.ts';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

test(
  'two webs and two workers lose and double nothing while everything around them breaks',
  async () => {
    const args = ['--deliveries', '500', '--seed', '7', ...(hasRedis ? [] : ['--no-redis'])];
    const result = await runBench('chaos', args);
    const table = figures('While everything breaks');
    for (const [fault, times] of Object.entries(result.faults as Record<string, number>))
      table.add(fault, `${times} x`);
    table.add('deliveries, events', `${result.deliveries}`, `${result.events}`);
    table.add('a killed worker’s rows taken over after', seconds(Number(result.slowestTakeoverMs)));
    table.add('all handled after the last fault', seconds(Number(result.drainedMs)));
    table.print();
    expect(result).toMatchObject({
      exact: true,
      taken: result.events,
      handled: result.events,
      effects: result.events,
      announcements: result.events,
    });
  },
  BENCH_LIMIT_MS,
);
