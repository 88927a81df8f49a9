import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTree } from '../testing/tree.ts';
import { changedFiles, testsNear } from './changed-tests.ts';

const TREE = {
  'backend/src/slot.ts': '',
  'backend/src/slot.test.ts': "import { slot } from './slot.ts';",
  'backend/src/book.ts': "export { slot } from './slot.ts';",
  'backend/src/book.db.test.ts': "import { book } from './book.ts';",
  'backend/src/lazy.ts': "const { slot } = await import('./slot.ts');",
  'backend/src/lazy.test.ts': "import '../src/lazy.ts';",
  'backend/src/app.ts': "import { book } from './book.ts';",
  'backend/src/app.db.test.ts': "import { app } from './app.ts';",
  'backend/src/hold.queries.ts': 'sql`select hold_slot(1)`',
  'backend/src/hold.db.test.ts': "import './hold.queries.ts';",
  'backend/src/rights.db.test.ts': 'sql`select hold_slot(2)`',
  'backend/src/upper.queries.ts': 'sql`select hold_slots()`',
  'backend/src/upper.db.test.ts': "import './upper.queries.ts';",
  'scripts/schema/schema.db.test.ts': '',
  'supabase/schemas/hold.sql': 'CREATE OR REPLACE FUNCTION public.hold_slot(p int) returns int',
  'backend/src/deep.ts': '',
  'backend/src/b.ts': "import './deep.ts';",
  'backend/src/c.ts': "import './b.ts';",
  'backend/src/d.test.ts': "import './c.ts';",
  'backend/src/ring-a.ts': "import './ring-b.ts';",
  'backend/src/ring-b.ts': "import './ring-a.ts';",
  'journeys/support/desk.ts': '',
  'journeys/calendar.journey.ts': "import { desk } from './support/desk.ts';",
};

describe('the tests near a change', () => {
  const near = (...changed: string[]) => testsNear(makeTree(TREE), changed);

  test('import what changed, or something that does; what lies behind the whole server is not near', () => {
    expect(near('backend/src/slot.ts')).toEqual([
      'backend/src/book.db.test.ts',
      'backend/src/lazy.test.ts',
      'backend/src/slot.test.ts',
    ]);
  });

  test('are those that changed themselves, and a journey by its own parts', () => {
    expect(near('backend/src/app.db.test.ts')).toEqual(['backend/src/app.db.test.ts']);
    expect(near('journeys/support/desk.ts')).toEqual(['journeys/calendar.journey.ts']);
  });

  test('are the nearest where none is two imports away, and none where no test comes by', () => {
    expect(near('backend/src/deep.ts')).toEqual(['backend/src/d.test.ts']);
    expect(near('backend/src/ring-a.ts')).toEqual([]);
  });

  test('call a changed function of the database by its whole name, and compare the schema', () => {
    expect(near('supabase/schemas/hold.sql')).toEqual([
      'backend/src/hold.db.test.ts',
      'backend/src/rights.db.test.ts',
      'scripts/schema/schema.db.test.ts',
    ]);
  });

  test('are empty for a document, for nothing, and for what was deleted', () => {
    expect(near('README.md')).toEqual([]);
    expect(near()).toEqual([]);
    expect(near('supabase/schemas/gone.sql', 'backend/src/gone.test.ts')).toEqual([]);
  });
});

test('what changed since a commit is what was committed, edited and added since', () => {
  const root = makeTree({ 'a.ts': '', 'b.ts': '' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...args], { cwd: root });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'first');
  git('checkout', '-qb', 'mine');
  writeFileSync(join(root, 'a.ts'), 'export {};');
  git('commit', '-qam', 'second');
  mkdirSync(join(root, 'new folder'));
  writeFileSync(join(root, 'new folder', 'c.ts'), '');
  writeFileSync(join(root, 'b.ts'), 'export {};');

  expect(changedFiles(root)).toEqual(['b.ts', 'new folder/c.ts']);
  expect(changedFiles(root, 'main')).toEqual(['a.ts', 'b.ts', 'new folder/c.ts']);
});
