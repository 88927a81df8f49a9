import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { describePortOwner, portTaken } from './ports.ts';

describe('a port', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const occupy = async (server: Server, host = '127.0.0.1'): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as AddressInfo).port;
  };
  const answering = (body: string) => createHttp((_request, response) => response.end(body));

  test('is taken while someone listens, and free afterwards', async () => {
    const server = createServer();
    const port = await occupy(server);
    expect(await portTaken(port, '127.0.0.1')).toBe(true);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await portTaken(port, '127.0.0.1')).toBe(false);
  });

  test('that we may not listen on for another reason is not called taken', async () => {
    expect(await portTaken(0, '203.0.113.7')).toBe(false);
  });

  test('another Voxanne’s port is described by how long that one has been up', async () => {
    const port = await occupy(answering('{"status":"ok","version":"0.1.0","uptime_s":12.4}'));
    expect(await describePortOwner(port)).toMatch(/^another Voxanne, up for 12 s/);
  });

  test.each(['<html>', '{"status":"ok"}', 'null'])(
    'of a program that answers %j is described by its process',
    async (body) => {
      const port = await occupy(answering(body));
      const words = await describePortOwner(port);
      if (process.platform === 'linux')
        expect(words).toMatch(new RegExp(`^process ${process.pid} \\(.+\\)$`));
      else expect(words).toBe('another program');
    },
  );

  test('the port of a program that says nothing is described without its words', async () => {
    const sockets: Socket[] = [];
    const port = await occupy(createServer((socket) => void sockets.push(socket)));
    expect(await describePortOwner(port)).not.toContain('Voxanne');
    for (const socket of sockets) socket.destroy();
  });
});
