import { expect, test } from 'vitest';
import { BENCH_LIMIT_MS, runBench } from './support/bench-run.ts';
import { figures, seconds } from './support/figures.ts';

test(
  'SIGTERM in the middle of the rush: nothing that was accepted is lost, and both ends are in order',
  async () => {
    const result = await runBench('sigterm');
    const [web, worker] = [result.webEnd, result.workerEnd] as { code: number; ms: number }[];
    const table = figures('SIGTERM in the rush');
    table.add('accepted, rows', `${result.accepted}`, `${result.rows}`);
    table.add('web ended after', seconds(web?.ms ?? Number.NaN));
    table.add('worker ended after', seconds(worker?.ms ?? Number.NaN));
    table.print();
    expect(result).toMatchObject({ good: true, webEnd: { code: 0 }, workerEnd: { code: 0 } });
  },
  BENCH_LIMIT_MS,
);
