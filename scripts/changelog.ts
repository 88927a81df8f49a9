/**
 * Writes what changed into CHANGELOG.md, from the conventional commits since it was written last. With a version it
 * also closes the section: `npm run changelog -- 0.1.0`. The lines are a draft; read and shorten them by hand.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addCommits, type Commit, closeSection, lastCommitIn, START } from './lib/changelog.ts';

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

function commitsSince(root: string, last: string | undefined): Commit[] {
  const range = last ? [`${last}..HEAD`] : ['HEAD'];
  return git(root, 'log', '--reverse', '--format=%h%x00%s', ...range)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [hash = '', subject = ''] = line.split('\0');
      return { hash, subject };
    });
}

function writeChangelog(root: string, version: string | undefined): void {
  const file = join(root, 'CHANGELOG.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : START;
  const commits = commitsSince(root, lastCommitIn(before));
  const text = addCommits(before, commits);
  const today = new Date().toISOString().slice(0, 10);
  writeFileSync(file, version === undefined ? text : closeSection(text, version, today));
  const next =
    version === undefined ? 'Read the new lines aloud and shorten them.' : 'Continue with docs/release.md.';
  console.log(`CHANGELOG.md: ${commits.length} commits read. ${next}`);
}

if (import.meta.main) {
  const [version] = process.argv.slice(2);
  try {
    if (version !== undefined && !/^\d+\.\d+\.\d+$/.test(version)) {
      throw new Error(`"${version}" is not a version. Write it as 1.2.3, without a "v".`);
    }
    writeChangelog(resolve('.'), version);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
