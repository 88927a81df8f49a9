import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Config } from './platform/config.ts';
import { StartupError } from './platform/errors.ts';
import { describePortOwner } from './platform/ports.ts';

export interface SandboxProcess {
  stop(): Promise<void>;
}

const PATIENCE_MS = 3_000;

/**
 * The stand-ins run beside us, as the vendors do: a process of their own that outlives nothing. They leave when
 * told to, or when the channel to us breaks because we were killed.
 */
export function startSandboxProcess(config: Config): Promise<SandboxProcess> {
  const child = fork(fileURLToPath(new URL('../../sandbox/src/main.ts', import.meta.url)), [], {
    execArgv: ['--max-semi-space-size=4'],
    env: {
      SANDBOX_PORT: String(config.sandboxPort),
      VOXANNE_DATA_DIR: config.dataDir,
      PUBLIC_URL: config.publicUrl,
      TWILIO_ACCOUNT_SID: config.twilio.accountSid,
      TWILIO_AUTH_TOKEN: config.twilio.authToken,
      TWILIO_FROM_NUMBER: config.twilio.from,
      GOOGLE_CLIENT_ID: config.google.clientId,
      GOOGLE_CLIENT_SECRET: config.google.clientSecret,
      VAPI_API_KEY: config.vapi.apiKey,
    },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.connected) child.send({ type: 'stop' });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await gone;
    clearTimeout(timer);
  };
  return new Promise((resolve, reject) => {
    // The reason comes as a message, and finding the words for it takes longer than the child takes to leave.
    let explained = false;
    child.on('message', async (message: { type: string; code?: string; message?: string }) => {
      if (message.type === 'ready') resolve({ stop });
      if (message.type !== 'failed') return;
      explained = true;
      const taken = message.code === 'EADDRINUSE';
      reject(
        new StartupError(
          taken
            ? `Port ${config.sandboxPort}, where the simulated Google, Twilio and Vapi listen, is taken by ${await describePortOwner(config.sandboxPort)}.\nStop that, or choose another port with SANDBOX_PORT.`
            : `The simulated Google, Twilio and Vapi did not start: ${message.message ?? 'no reason given'}`,
        ),
      );
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (!explained)
        reject(new StartupError(`The simulated Google, Twilio and Vapi ended at once (exit ${code}).`));
    });
  });
}
