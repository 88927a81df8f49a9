import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { figures, seconds } from './support/figures.ts';
import { within } from './support/wait.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

test('two webs and two workers lose and double nothing while everything around them breaks', async () => {
  const args = ['bench/chaos.ts', '--json', '--deliveries', '2000', '--seed', '7'];
  const storm = spawn(process.execPath, [...args, ...(hasRedis ? [] : ['--no-redis'])], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [storm.stdout, storm.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = new Promise((resolve) => storm.once('close', resolve));
  await within('The storm', 110_000, ended).finally(() => storm.kill());
  const line = output.split('\n').find((one) => one.startsWith('{'));
  expect(line, output.slice(-2_000)).toBeDefined();
  const result = JSON.parse(line ?? '{}');
  const table = figures('While everything breaks');
  for (const [fault, times] of Object.entries(result.faults)) table.add(fault, `${times} x`);
  table.add('deliveries, events', `${result.deliveries}`, `${result.events}`);
  table.add('a killed worker’s rows taken over after', seconds(result.slowestTakeoverMs));
  table.add('all handled after the last fault', seconds(result.drainedMs));
  table.print();
  expect(result).toMatchObject({
    exact: true,
    taken: result.events,
    handled: result.events,
    effects: result.events,
    announcements: result.events,
  });
});
