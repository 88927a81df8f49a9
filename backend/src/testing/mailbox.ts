import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, startSandbox } from '@voxanne/sandbox';

export interface ReceivedMail {
  to: string;
  subject: string;
  text: string;
}
export type Mailbox = Awaited<ReturnType<typeof openMailbox>>;

/** The stand-in of a mail server, and what arrived there. */
export async function openMailbox() {
  const stateDir = mkdtempSync(join(tmpdir(), 'voxanne-mailbox-'));
  const sandbox = await startSandbox({ ...readConfig({}), port: 0, stateDir });
  const ask = async (path: string, init?: RequestInit) =>
    (await fetch(`${sandbox.url}/_sandbox/${path}`, init)).json() as Promise<{ data: ReceivedMail[] }>;
  return {
    /** Settings with which a test's app sends its mails here. */
    env: { SANDBOX_URL: sandbox.url },
    to: async (email: string) => (await ask(`mails?to=${encodeURIComponent(email)}`)).data,
    fault: (kind: string, more: Record<string, unknown> = {}) =>
      ask('faults', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ provider: 'mail', kind, ...more }),
      }),
    async close() {
      await sandbox.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
