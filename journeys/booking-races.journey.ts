import { expect, test } from 'vitest';
import { BENCH_LIMIT_MS, runBench } from './support/bench-run.ts';
import { figures } from './support/figures.ts';

test(
  'hundreds who book, move, cancel, undo, hold and confirm at once, at two processes: nothing overlaps, every loser hears of other times',
  async () => {
    const result = await runBench('races', ['--requests', '500', '--seed', '11']);
    const { p50, p99 } = result.ms as { p50: number; p99: number };
    const table = figures('Booking races');
    for (const [name, count] of Object.entries(result.outcomes as Record<string, number>).sort())
      table.add(name, `${count}`);
    table.add('wait, p50 and p99', `${p50} ms`, `${p99} ms`);
    table.print();
    expect(result).toMatchObject({
      requests: 500,
      overlapping_rows: 0,
      on_busy_times: 0,
      first_faults: [],
    });
  },
  BENCH_LIMIT_MS,
);
