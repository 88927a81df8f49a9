import { type AddressInfo, connect } from 'node:net';
import type { HttpServer } from '../platform/http.ts';

/** Sends a request byte for byte, for what no client library would send. @returns what came until the connection ended. */
export const askRaw = (server: HttpServer, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.write(text);
  });
