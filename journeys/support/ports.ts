import { connect, createServer } from 'node:net';

export interface Ports {
  api: number;
  sandbox: number;
  database: number;
}

/** Three ports that are free at the moment. */
export async function freePorts(): Promise<Ports> {
  const held = await Promise.all([hold(), hold(), hold()]);
  const [api = 0, sandbox = 0, database = 0] = held.map(({ port }) => port);
  await Promise.all(held.map(({ release }) => release()));
  return { api, sandbox, database };
}

export interface HeldPort {
  port: number;
  release(): Promise<void>;
}

/** Listens like any other program would. It says nothing to those who connect. */
export function hold(port = 0): Promise<HeldPort> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        release: () => new Promise<void>((done) => server.close(() => done())),
      });
    });
  });
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
