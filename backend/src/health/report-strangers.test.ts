import { describe, expect, test } from 'vitest';
import { toMarkdown } from './report.ts';
import { GB, none, world } from './testing.ts';

describe('a stranger who asks for the health', () => {
  test.each([
    ['everything works', {}],
    ['the disk has room', { diskFreeBytes: 30 * GB }],
    ['the disk is low', { diskFreeBytes: 1.5 * GB }],
    ['the disk is full', { diskFreeBytes: GB / 8 }],
    ['texts wait', { twilio: { waiting: 12, oldestWaitingSeconds: 345 } }],
    ['rows wait', { queue: { oldest_due_seconds: 345, webhooks: { ...none, pending: 12 } } }],
    ['rows were given up', { queue: { outgoing: { ...none, dead_letter: 12 } } }],
  ])('gets no figure of the deployment when %s', async (_case, given) => {
    const report = await world(given).report(null);
    const { integrations, recommendations, actions } = report;
    expect(JSON.stringify([integrations, recommendations, actions])).not.toMatch(/\d/);
    expect(toMarkdown(report).replace(/^Checked at.*$/m, '')).not.toMatch(/\d/);
  });

  test('still hears that the disk is nearly full, and what to do', async () => {
    const report = await world({ diskFreeBytes: GB }).report(null);
    expect(report.integrations[0]).toEqual({
      name: 'Database',
      status: 'degraded',
      message: 'PostgreSQL connection active, but its disk is nearly full',
      details: {},
    });
    expect(report.recommendations[0]).toContain('free up space on the disk');
  });
});
