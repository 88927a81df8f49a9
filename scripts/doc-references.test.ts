import { describe, expect, it } from 'vitest';
import { checkDocuments } from './doc-references.ts';
import { makeTree } from './testing/tree.ts';

const house = {
  'package.json': '{"scripts":{"start":"x","check":"x","db:new":"x"}}',
  '.gitignore': '.voxanne/\nbench/results/\n',
  'backend/src/booking/book.queries.ts': '',
  'docs/spec-map.md': '# Map\n\n## Two words\n',
};
const findingsIn = (readme: string, more: Record<string, string> = {}): string[] =>
  checkDocuments(makeTree({ ...house, ...more, 'README.md': readme })).findings;

describe('references of documents', () => {
  it('pass when all of them lead somewhere', () => {
    const readme = [
      'Run `npm start`, `npm run check` or `npm run db:new -- name`. See [the map](docs/spec-map.md#two-words).',
      'Files: `backend/src/booking/book.queries.ts`, `booking/book.queries.ts`, `*.queries.ts`, `backend/src/{booking}/`.',
      'Not paths: `/api/health`, `application/json`, `PUBLIC_URL/api/webhooks`, `.voxanne/`, `bench/results/<name>.json`.',
      '[outside](https://example.org) [here](#a-b)',
      '## A b',
    ];
    expect(findingsIn(readme.join('\n'))).toEqual([]);
  });

  it.each([
    ['a dead path', '`backend/src/gone.ts`'],
    ['a dead file name', 'see `gone.queries.ts`'],
    ['a dead folder', '`backend/src/gone/`'],
    ['a glob that matches nothing', '`backend/src/*.client.ts`'],
    ['one dead path of a brace list', '`backend/src/{booking,gone}/`'],
    ['a dead link', '[a](docs/gone.md)'],
    ['a dead picture', '![a](docs/images/gone.png)'],
    ['a heading that is not there', '[a](docs/spec-map.md#gone)'],
    ['a script that is not there', 'npm run gone'],
    ['a script in a fence', '```\nnpm run gone\n```'],
  ])('fail on %s', (_, readme) => {
    expect(findingsIn(readme)).toHaveLength(1);
  });

  it('fail when there is no document', () => {
    expect(checkDocuments(makeTree({ 'package.json': '{}' })).findings).toHaveLength(1);
  });
});

describe('decision records', () => {
  const record =
    '# 0001. We do this\n\nDate: 2026-01-31\n\n## Decision\n\nThis.\n\n## Why\n\nSo.\n\n## Consequence\n\nThat.\n';
  const listed = '- [This](docs/adr/0001-this.md): this';
  const recordFindings = (records: Record<string, string>, overview = listed): string[] =>
    findingsIn('', { ...records, 'ARCHITECTURE.md': overview });

  it('pass when each is complete and listed in ARCHITECTURE.md', () => {
    expect(recordFindings({ 'docs/adr/0001-this.md': record })).toEqual([]);
  });

  it.each([
    ['the date', record.replace('Date: 2026-01-31\n\n', '')],
    ['the decision', record.replace('## Decision\n\nThis.\n\n', '')],
    ['the reason', record.replace('## Why\n\nSo.\n\n', '')],
    ['the consequence', record.replace('That.\n', '')],
    ['the number in the heading', record.replace('# 0001. ', '# ')],
  ])('fail on a record without %s', (_, text) => {
    expect(recordFindings({ 'docs/adr/0001-this.md': text })).toHaveLength(1);
  });

  it('fail on a record that ARCHITECTURE.md does not list', () => {
    expect(recordFindings({ 'docs/adr/0001-this.md': record }, '# Architecture')).toHaveLength(1);
  });

  it('fail on a number that is used twice', () => {
    const both = { 'docs/adr/0001-this.md': record, 'docs/adr/0001-that.md': record };
    expect(recordFindings(both, `${listed}\n- [That](docs/adr/0001-that.md): that`)).toHaveLength(1);
  });

  it('fail on a record whose name has no number', () => {
    expect(recordFindings({ 'docs/adr/this.md': record }, '# Architecture')).toHaveLength(1);
  });

  it('fail when only the guide is left', () => {
    expect(recordFindings({ 'docs/adr/README.md': '# Records' }, '# Architecture')).toHaveLength(1);
  });
});

describe('.env.example', () => {
  const config = `const Environment = z.object({\n  PORT: port(1),\n  HOST: z.string(),\n});`;
  const settings = (example: string) =>
    findingsIn('', { 'backend/src/platform/config.ts': config, '.env.example': example });

  it('lists exactly what is read, and marks what is not', () => {
    expect(settings('# PORT=1\nHOST=\n# REDIS_URL= # (planned)')).toEqual([]);
  });
  it('fails on a missing, an unread and a wrongly marked name', () => {
    expect(settings('# PORT=1 # (planned)\n# REDIS_URL=')).toHaveLength(3);
  });
});
