import type { AddressInfo } from 'node:net';
import type { SandboxConfig } from './core/config.ts';
import { FaultBoard } from './core/faults.ts';
import { Recorder } from './core/recorder.ts';
import { createServer } from './core/server.ts';
import { googleStandIn } from './google/index.ts';
import { mailStandIn } from './mail/index.ts';
import { twilioStandIn } from './twilio/index.ts';
import { vapiStandIn } from './vapi/index.ts';

export { humanPace, type Pace, readConfig, type SandboxConfig } from './core/config.ts';

export interface Sandbox {
  port: number;
  url: string;
  close(): Promise<void>;
}

export async function startSandbox(config: SandboxConfig): Promise<Sandbox> {
  const { now } = config;
  const faults = new FaultBoard(config.random);
  const recorder = new Recorder();
  const world = { config, faults, recorder };
  const standIns = [googleStandIn(world), twilioStandIn(world), vapiStandIn(world), mailStandIn(world)];
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const app = createServer({ standIns, faults, recorder, publicUrl: config.publicUrl, opened, now });

  await app.listen({ port: config.port, host: config.host });
  // The port is the lock on the state: only who holds it may read and write what was accepted before.
  try {
    for (const standIn of standIns) standIn.open();
  } catch (error) {
    open();
    await app.close();
    throw error;
  }
  open();

  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    port,
    url: `http://${host}:${port}`,
    async close() {
      await Promise.all(standIns.map((standIn) => standIn.close()));
      await app.close();
    },
  };
}
