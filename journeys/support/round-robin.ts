import { createServer, request } from 'node:http';

export interface RoundRobin {
  url: string;
  close(): Promise<void>;
}

/** A proxy in front of several web processes: each request goes to the next one, and past one that is gone. */
export function startRoundRobin(port: number, behind: readonly number[]): Promise<RoundRobin> {
  let turn = 0;
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    turn += 1;
    const send = (left: number): void => {
      const to = behind[(turn + left) % behind.length];
      const { method, url: path, headers } = incoming;
      const call = request({ host: '127.0.0.1', port: to, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      call.once('error', () => {
        if (outgoing.headersSent) outgoing.destroy();
        else if (left > 0) send(left - 1);
        else outgoing.writeHead(502).end();
      });
      call.end(body);
    };
    send(behind.length - 1);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        url: `http://localhost:${port}`,
        close: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      }),
    );
  });
}
