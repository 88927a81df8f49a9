import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import { createDependencies } from './dependencies.ts';
import { type Config, loadConfig } from './platform/config.ts';
import { StartupError } from './platform/errors.ts';
import { createSecretFilter } from './platform/hide-secrets.ts';
import { type Listener, listen } from './platform/listener.ts';
import { createLogger, type Logger } from './platform/logger.ts';
import { describePortOwner, portTaken } from './platform/ports.ts';
import { type Addresses, addressesOf, builtInAddresses } from './platform/postgres/addresses.ts';
import { checkConnections } from './platform/postgres/check-connections.ts';
import { runtimeFailure } from './platform/postgres/connect-failure.ts';
import { startEmbeddedPostgres } from './platform/postgres/embedded.ts';
import { migrate } from './platform/postgres/migrate.ts';
import { checkRuntimeRole } from './platform/postgres/runtime-check.ts';
import { createShutdown, type Shutdown } from './platform/shutdown.ts';
import { startSandboxProcess } from './sandbox-process.ts';
import { firstOwnerWords, setSignUpMode } from './tenancy/index.ts';
import { startWorker } from './worker.ts';

// A supervisor kills after 30 s, as a rule; the whole end takes less than 25.
const DRAIN_LIMIT_MS = 15_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Migrates, and finds out that every way that was given leads there. */
async function openDatabase(config: Config, log: Logger, shutdownLater: Later[]): Promise<Addresses> {
  const { database } = config;
  const { secret } = config.auth;
  let addresses = addressesOf(database, secret);
  if (!addresses) {
    const embedded = await startEmbeddedPostgres({
      dataDir: config.dataDir,
      port: database.embeddedPort,
      log,
    });
    shutdownLater.push(['embedded database', 10_000, () => embedded.stop()]);
    addresses = builtInAddresses(embedded.ownerUrl, secret);
  }
  const { owner } = addresses;
  const { identity } = await migrate({
    ...owner,
    directory: `${root}supabase`,
    authSecret: secret,
    ...(database.runtimeUrl ? { runtimeUrl: database.runtimeUrl } : {}),
  });
  for (const warning of await checkConnections(addresses, identity)) log.warn(warning);
  return addresses;
}

type Later = [name: string, timeoutMs: number, work: () => Promise<unknown>];

/** Starts everything the role asks for and prints one line when it serves. */
async function start(config: Config, log: Logger, shutdown: Shutdown): Promise<void> {
  // Before anything is touched: a second start beside a running one must break nothing.
  if (config.role !== 'worker' && (await portTaken(config.port, config.host))) {
    throw new StartupError(
      `Port ${config.port} is taken by ${await describePortOwner(config.port)}.\nUse that one, stop it, or choose another port with PORT (and SANDBOX_PORT, DATABASE_PORT and VOXANNE_DATA_DIR for a second Voxanne beside it).`,
    );
  }
  // What starts first stops last.
  const last: Later[] = [];
  const started = Promise.all([
    openDatabase(config, log, last),
    needsStandIns(config) ? startSandboxProcess(config, log) : undefined,
  ]);
  let serving = false;
  let listener: Listener | undefined;
  const [addresses, sandbox] = await started.catch(async (error: unknown) => {
    for (const [, , work] of last) await work().catch(() => undefined);
    throw error;
  });
  if (sandbox) last.unshift(['sandbox', 5_000, () => sandbox.stop()]);

  const dependencies = await createDependencies({
    config,
    runtimeUrl: addresses.runtime.url,
    listenUrls: addresses.listen,
    log,
  });
  try {
    await checkRuntimeRole(dependencies.database.pool).catch((error: unknown) => {
      throw runtimeFailure(error, addresses.runtime.setting);
    });
    await dependencies.database.serviceStatement(setSignUpMode(config.signUp));
  } catch (error) {
    for (const [, , work] of [['', 0, () => dependencies.close()] as Later, ...last])
      await work().catch(() => undefined);
    throw error;
  }
  const web =
    config.role === 'worker'
      ? undefined
      : await createApp(dependencies, {
          isServing: () => serving && !shutdown.requested,
          listening: () => listener?.state ?? 'connecting',
        });
  await web?.listen({ port: config.port, host: config.host });
  const worker = config.role === 'web' ? undefined : startWorker(dependencies);
  listener = listen({
    url: addresses.listen,
    channels: ['voxanne_events', 'voxanne_work'],
    onNotify: (channel, payload) =>
      channel === 'voxanne_events' ? dependencies.liveEvents.wake(payload) : worker?.wake(),
    log,
  });

  // Both stop taking work at once. What requests still queue is durable and is sent later; the database closes last.
  shutdown.phase('requests and worker', DRAIN_LIMIT_MS + 2_000, () =>
    Promise.all([web?.close(), worker?.drain(DRAIN_LIMIT_MS)]),
  );
  shutdown.phase('listener', 2_000, async () => listener?.close());
  shutdown.phase('connections', 5_000, () => dependencies.close());
  for (const [name, timeoutMs, work] of last) shutdown.phase(name, timeoutMs, work);
  if (config.role !== 'worker' && config.signUp === 'invited') {
    // To the screen and not through the log, which may go to other services.
    const words = await firstOwnerWords({ database: dependencies.database, publicUrl: config.publicUrl });
    if (words !== undefined) say(words);
  }
  serving = true;
  say(config.role === 'worker' ? 'Voxanne worker is ready' : `Voxanne is ready at ${config.publicUrl}`);
}

/** A worker uses those of the web processes. */
const needsStandIns = (config: Config): boolean =>
  config.mode === 'sandbox' && config.role !== 'worker' && !config.sandboxElsewhere;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

let hideSecrets = (text: string): string => text;

async function main(): Promise<void> {
  const config = loadConfig(process.env, root);
  hideSecrets = createSecretFilter(config);
  const log = createLogger(config.logLevel, undefined, hideSecrets);
  for (const warning of config.warnings) log.warn(`[Settings] ${warning}`);
  const shutdown = createShutdown(log);
  const end = async (reason: string, exitCode: number): Promise<void> => {
    await shutdown.run(reason);
    process.exit(exitCode);
  };
  let first: NodeJS.Signals | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // npm passes on a signal that its whole group already got, so the same signal again isn't a second request.
    process.on(signal, () => {
      if (first !== undefined && first !== signal) process.exit(1);
      first = signal;
      void starting.finally(() => end(signal, 0));
    });
  }
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, '[Process] Uncaught exception');
    void end('uncaught exception', 1);
  });
  process.on('unhandledRejection', (err) => {
    log.fatal({ err }, '[Process] Unhandled rejection');
    void end('unhandled rejection', 1);
  });
  const starting = start(config, log, shutdown);
  await starting;
}

main().catch((error: unknown) => {
  const words =
    error instanceof StartupError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`\n${hideSecrets(words)}\n`);
  process.exit(1);
});
