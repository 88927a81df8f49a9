import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CONNECTION_LIMITS, limitConnections } from './connection-limits.ts';

describe('connections', () => {
  let server: Server;
  const sockets: Socket[] = [];
  let handled = 0;
  const serve = async (limits: Partial<typeof CONNECTION_LIMITS>) => {
    handled = 0;
    server = createServer((asked, answer) => {
      handled += 1;
      if (asked.url === '/stream') {
        answer.write('open');
        return;
      }
      asked.resume().once('end', () => answer.end('ok'));
    });
    limitConnections(server, { ...CONNECTION_LIMITS, ...limits });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  };
  const port = () => (server.address() as AddressInfo).port;
  const open = async (says = ''): Promise<Socket> => {
    const socket = connect(port(), '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    const taken = once(server, 'connection');
    await Promise.all([once(socket, 'connect'), taken]);
    if (says) socket.write(says);
    return socket;
  };
  const ask = (agent: false | undefined = false) =>
    new Promise<number>((resolve, reject) => {
      request({ port: port(), host: '127.0.0.1', ...(agent === false ? { agent } : {}) }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });
  const held = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test.each([
    ['that say nothing', ''],
    ['that never end their headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-a: '],
    ['that never end their body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{'],
    ['that never end a chunk', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'],
  ])('%s are held up to a number, and the next client is served', async (_what, says) => {
    await serve({ unproven: 20 });
    for (let index = 0; index < 60; index += 1) {
      await open(says);
      if (index % 20 === 19) expect(await ask()).toBe(200);
    }
    expect(await ask()).toBe(200);
    expect(await held()).toBeLessThanOrEqual(21);
  });

  test('that have asked for something make way for no one', async () => {
    await serve({ unproven: 5 });
    const stream = await open('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(stream, 'data');
    for (let index = 0; index < 20; index += 1) await open('GET /');
    expect(await ask()).toBe(200);
    expect(stream.destroyed).toBe(false);
    expect(stream.readableEnded).toBe(false);
  });

  test('that rest between two requests are closed when there are many', async () => {
    await serve({ resting: 10 });
    for (let index = 0; index < 30; index += 1) {
      const socket = await open('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      await once(socket, 'data');
    }
    expect(await ask()).toBe(200);
    expect(await held()).toBeLessThanOrEqual(12);
  });

  describe('over which requests come without waiting for answers', () => {
    const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
    const HELD = 'GET /stream HTTP/1.1\r\nhost: x\r\n\r\n';

    test('are cut, and few of the requests reach the application', async () => {
      await serve({ pipelined: 32 });
      const socket = await open();
      const cut = once(socket, 'close');
      socket.write(HELD + GET.repeat(1_500));
      await cut;
      expect(handled).toBeLessThanOrEqual(32);
      expect(await ask()).toBe(200);
    });

    test('are served as long as they are few, and one after the other without end', async () => {
      await serve({ pipelined: 4 });
      const socket = await open();
      let answers = 0;
      const all = new Promise<void>((done) => {
        socket.on('data', (data) => {
          answers += data.toString().split('HTTP/1.1 200').length - 1;
          if (answers % 3 !== 0) return;
          if (answers === 30) done();
          else socket.write(GET.repeat(3));
        });
      });
      socket.write(GET.repeat(3));
      await all;
      expect(handled).toBe(30);
    });
  });
});
