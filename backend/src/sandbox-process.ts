import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Config } from './platform/config.ts';
import { StartupError } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { describePortOwner } from './platform/ports.ts';

export interface SandboxProcess {
  stop(): Promise<void>;
}

interface Launched extends SandboxProcess {
  gone: Promise<void>;
}

const EXIT_TIMEOUT_MS = 3_000;
const RESTART_MS = 500;
/** For one that did not live long: four starts a minute at most. */
const RESTART_SLOWLY_MS = 15_000;
const LONG_LIFE_MS = 60_000;
const LOOK_AGAIN_MS = 500;

/**
 * The stand-ins run beside us, as the vendors do: their own process that outlives nothing. They leave when
 * asked to, or when the channel to us breaks because we were killed. If they die otherwise they are started again:
 * what they keep is in their ledger.
 */
export async function startSandboxProcess(config: Config, log: Logger): Promise<SandboxProcess> {
  const stopped = new AbortController();
  let current: Launched | undefined = await launchOrJoin(config, stopped.signal);
  const watch = async (): Promise<void> => {
    // After the first crash it restarts at once.
    let startedAt = 0;
    for (;;) {
      await current?.gone;
      current = undefined;
      if (stopped.signal.aborted) return;
      const wait = Date.now() - startedAt > LONG_LIFE_MS ? RESTART_MS : RESTART_SLOWLY_MS;
      log.error({ wait_ms: wait }, '[Sandbox] The simulated vendors stopped; restarting them');
      await sleep(wait, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      startedAt = Date.now();
      try {
        current = await launchOrJoin(config, stopped.signal);
        if (stopped.signal.aborted) await current.stop();
      } catch (err) {
        log.error({ err }, '[Sandbox] The simulated vendors did not start');
      }
    }
  };
  const watching = watch();
  return {
    async stop() {
      stopped.abort();
      await current?.stop();
      // One that is just starting.
      if (current === undefined)
        await Promise.race([watching, sleep(EXIT_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

/**
 * If several processes share one database, the first one has started the stand-ins, and this one uses them. Should that
 * process end, its stand-ins do too, and the first process starts them again.
 */
async function launchOrJoin(config: Config, stopped: AbortSignal): Promise<Launched> {
  if (config.database.url === undefined) return launch(config);
  const joined = await join(config, stopped);
  if (joined) return joined;
  try {
    return await launch(config);
  } catch (error) {
    // Someone else may have been faster.
    const late = await join(config, stopped);
    if (late) return late;
    throw error;
  }
}

async function join(config: Config, stopped: AbortSignal): Promise<Launched | undefined> {
  if (!(await areOurs(config))) return undefined;
  const watch = async (): Promise<void> => {
    for (let missed = 0; missed < 2; missed = (await areOurs(config)) ? 0 : missed + 1) {
      if (stopped.aborted) return;
      await sleep(LOOK_AGAIN_MS, undefined, { signal: stopped }).catch(() => undefined);
    }
  };
  return { gone: watch(), stop: async () => undefined };
}

const About = z.object({ product: z.literal('voxanne-sandbox'), public_url: z.string() });

async function areOurs({ sandboxPort, publicUrl }: Config): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${sandboxPort}/_sandbox/about`, {
      signal: AbortSignal.timeout(EXIT_TIMEOUT_MS),
    });
    return About.parse(await answer.json()).public_url === publicUrl;
  } catch {
    return false;
  }
}

function launch(config: Config): Promise<Launched> {
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
    const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  };
  return new Promise((resolve, reject) => {
    // The reason comes as a message, and finding the words for it takes longer than the child takes to leave.
    let explained = false;
    child.on('message', async (message: { type: string; code?: string; message?: string }) => {
      if (message.type === 'ready') resolve({ stop, gone });
      if (message.type !== 'failed') return;
      explained = true;
      const taken = message.code === 'EADDRINUSE';
      reject(
        new StartupError(
          taken
            ? `Port ${config.sandboxPort}, where the simulated Google, Twilio and Vapi listen, is taken by ${await describePortOwner(config.sandboxPort)}.\nStop it, or choose another port with SANDBOX_PORT.`
            : `The simulated Google, Twilio and Vapi didn’t start: ${message.message ?? 'no reason given'}`,
        ),
      );
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (!explained)
        reject(new StartupError(`The simulated Google, Twilio and Vapi stopped right away (exit ${code}).`));
    });
  });
}
