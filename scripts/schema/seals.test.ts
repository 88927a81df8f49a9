import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeTree } from '../testing/tree.ts';
import { checkSeals, seal } from './seals.ts';

const FIRST = '20260101000000_first.sql';
const SECOND = '20260102000000_second.sql';
const THIRD = '20260103000000_third.sql';

/** Two migrations that are sealed, and a third that is being written. */
function makeMigrations(): string {
  const migrations = makeTree({ [FIRST]: 'select 1;', [SECOND]: 'select 2;', [THIRD]: 'select 3;' });
  seal(migrations, [FIRST, SECOND]);
  return migrations;
}

describe('migrations are append-only', () => {
  it('ours are', () => {
    expect(checkSeals(fileURLToPath(new URL('../../supabase/migrations', import.meta.url)))).toEqual([]);
  });

  it('the newest one may still be written', () => {
    const migrations = makeMigrations();
    expect(checkSeals(migrations)).toEqual([]);
    writeFileSync(join(migrations, THIRD), 'select 4;');
    expect(checkSeals(migrations)).toEqual([]);
  });

  it('one that was sealed may not change, not even when it is sealed again', () => {
    const migrations = makeMigrations();
    writeFileSync(join(migrations, FIRST), 'select 1; -- better');
    seal(migrations, [FIRST, SECOND]);
    expect(checkSeals(migrations)).toEqual([expect.stringContaining(`${FIRST} was changed`)]);
  });

  it('one that was sealed may not go, under another name either', () => {
    const migrations = makeMigrations();
    rmSync(join(migrations, SECOND));
    writeFileSync(join(migrations, '20260102000000_other.sql'), 'select 2;');
    expect(checkSeals(migrations)).toEqual([
      expect.stringContaining(`${SECOND} is gone`),
      expect.stringContaining('20260102000000_other.sql is not in SHA256SUMS'),
    ]);
  });

  it('none may be put before one that is there', () => {
    const migrations = makeMigrations();
    writeFileSync(join(migrations, '20260102120000_between.sql'), 'select 5;');
    expect(checkSeals(migrations)).toEqual([expect.stringContaining('20260102120000_between.sql')]);
  });

  it('a file that is not a migration is no one’s business', () => {
    const migrations = makeMigrations();
    writeFileSync(join(migrations, 'notes.md'), 'later');
    expect(checkSeals(migrations)).toEqual([]);
  });
});
