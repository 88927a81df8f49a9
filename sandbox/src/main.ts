import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, type SandboxConfig } from './core/config.ts';
import { type Sandbox, startSandbox } from './index.ts';

const retryForMs = 3_000;
const hasParent = process.send !== undefined;

function leave(): void {
  // A stand-in is as abrupt as a vendor's data centre: all it has promised is already in its ledger.
  process.exit();
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'SANDBOX_FAULT';
}

/** The stand-ins of a run that was killed may still be leaving the port. */
async function start(config: SandboxConfig): Promise<Sandbox> {
  const deadline = Date.now() + retryForMs;
  for (;;) {
    try {
      return await startSandbox(config);
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' || Date.now() > deadline) throw error;
      await sleep(150);
    }
  }
}

if (hasParent) {
  // The parent drains first and may still need us, so its signals to the group are not ours.
  process.on('SIGTERM', () => undefined);
  process.on('SIGINT', () => undefined);
  process.on('disconnect', leave);
  process.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop')
      leave();
  });
}

try {
  const config = readConfig(process.env);
  const sandbox = await start(config);
  // A parent that failed in the meantime is gone: not an error of ours, and 'disconnect' follows.
  process.send?.({ type: 'ready', port: sandbox.port }, () => undefined);
  if (!hasParent) {
    if (config.isForThisRun) {
      const { twilio, google, vapi } = config;
      process.stdout.write(
        `Made for this run only: TWILIO_AUTH_TOKEN=${twilio.authToken} GOOGLE_CLIENT_SECRET=${google.clientSecret} VAPI_API_KEY=${vapi.apiKey}\nSet AUTH_SECRET to keep them the same.\n`,
      );
    }
    const close = () => sandbox.close().finally(leave);
    process.once('SIGTERM', close);
    process.once('SIGINT', close);
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  if (!process.send) process.stderr.write(`The sandbox couldn’t start: ${message}\n`);
  process.exitCode = 1;
  process.send?.({ type: 'failed', code: codeOf(error), message }, leave);
}
