/** What `npm test` runs: every test, or the part that is asked for; and in words what this machine cannot run. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedFiles, testsNear } from './lib/changed-tests.ts';
import { findChromium, findLeftOut } from './lib/left-out.ts';
import { ended } from './lib/run.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const run = (program: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> => {
  const child = spawn(process.execPath, [join(root, program), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return ended(child);
};

function runTests(args: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const chromium = findChromium();
  // A reporter of one's own takes the place of the configured ones, and what is left out must be said anyway.
  const own = args.some((arg) => arg.startsWith('--reporter'));
  return run(
    'node_modules/vitest/vitest.mjs',
    ['run', ...args, ...(own ? ['--reporter=./scripts/testing/left-out.reporter.ts'] : [])],
    { ...env, ...(chromium ? { CHROMIUM_PATH: chromium } : { VOXANNE_NO_BROWSER: '1' }) },
  );
}

async function runEverything(env: Record<string, string> = {}): Promise<number> {
  const leftOut = findLeftOut(root);
  for (const { sentence } of leftOut) console.error(sentence);
  // Some tests without a browser look at the built pages too.
  const built = await run('scripts/bootstrap.mjs', ['--dashboard']);
  if (built !== 0) return built;
  const code = await runTests([], env);
  return code === 0 && leftOut.length > 0 && process.env.CI === 'true' ? 1 : code;
}

/** `--changed`, `--changed main` or `--changed=main`, with any other arguments beside it. */
async function runChanged(args: readonly string[], at: number): Promise<number> {
  const [, written] = (args[at] ?? '').split('=');
  const next = args[at + 1];
  const base = written ?? (next?.startsWith('-') ? undefined : next);
  const rest = args.filter((_, index) => index !== at && !(index === at + 1 && base === next && !written));
  const since = base === undefined ? 'since the last commit' : `since ${base}`;
  const changed = readChanged(base);
  if (changed === undefined) return 1;
  const near = testsNear(root, changed);
  if (near.length === 0) {
    console.log(`No tests are near what changed ${since}. \`npm test\` runs everything.`);
    return 0;
  }
  console.log(`${near.length} test files are near the ${changed.length} files that changed ${since}:`);
  for (const path of near) console.log(`  ${path}`);
  const code = await runTests([...rest, ...near]);
  console.log('Other tests weren’t run. `npm test` runs everything.');
  return code;
}

function readChanged(base: string | undefined): string[] | undefined {
  try {
    return changedFiles(root, base);
  } catch (error) {
    const [said] = ((error as { stderr?: string }).stderr || String(error)).split('\n');
    console.error(
      `Git couldn't say what changed${base === undefined ? '' : ` since ${base}`}: ${said}\nName a commit or branch that exists here, for example: npm test -- --changed main`,
    );
    return undefined;
  }
}

const args = process.argv.slice(2);
const at = args.findIndex((arg) => arg === '--changed' || arg.startsWith('--changed='));
if (at >= 0) process.exitCode = await runChanged(args, at);
else if (args.length === 0) process.exitCode = await runEverything();
else if (args.includes('--record')) process.exitCode = await runEverything({ RECORD_SLOW_FILES: '1' });
else process.exitCode = await runTests(args);
