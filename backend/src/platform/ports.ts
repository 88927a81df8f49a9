import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';

/** @returns whether someone else listens there already. */
export function portTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });
}

/** Who listens on a port of this machine, in words: another Voxanne, a named program, or "another program". */
export async function describePortOwner(port: number): Promise<string> {
  const program = listeningProgram(port);
  const who = program ? `process ${program.pid} (${program.name})` : 'another program';
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(500) });
    const body = (await answer.json()) as { status?: unknown; uptime_s?: unknown };
    if (body.status === 'ok' && typeof body.uptime_s === 'number') {
      return `another Voxanne, up for ${Math.round(body.uptime_s)} s${program ? `, process ${program.pid}` : ''}`;
    }
  } catch {
    // Not ours, then.
  }
  return who;
}

/** Linux only: the socket's inode in /proc/net/tcp, then the process that holds it open. */
function listeningProgram(port: number): { pid: number; name: string } | undefined {
  const LISTEN = '0A';
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
      .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === LISTEN)
      .map((columns) => `socket:[${columns[9]}]`);
    for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      if (holdsOpen(pid, inodes)) {
        return { pid: Number(pid), name: programName(pid) };
      }
    }
  } catch {
    // No /proc here.
  }
  return undefined;
}

/** What it was called by: the kernel's own name is that of a thread, "MainThread" for Node. Arguments may be secret. */
function programName(pid: string): string {
  const [command = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return basename(command) || readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

function holdsOpen(pid: string, inodes: string[]): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      inodes.includes(readlinkSync(`/proc/${pid}/fd/${fd}`)),
    );
  } catch {
    return false;
  }
}
