import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, NO_DATABASE, type TestApp } from '../testing/app.ts';
import { askRaw } from '../testing/raw-request.ts';

describe('requests that cannot be read', () => {
  let scene: TestApp;
  let port: number;
  beforeAll(async () => {
    scene = await createTestApp(NO_DATABASE);
    scene.app.get('/stream', { schema: { hide: true } }, async (_request, reply) => {
      const stream = new PassThrough();
      stream.write('begun');
      return reply.type('text/plain').send(stream);
    });
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
    port = (scene.app.server.address() as AddressInfo).port;
  });
  afterAll(() => scene.close());

  const raw = (text: string) => askRaw(scene.app, text);

  describe('a body in a coding', () => {
    test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'x-odd'])(
      '%s is 415, and what would do is said',
      async (coding) => {
        for (const url of [
          '/api/auth/sign-in/email',
          '/api/vapi/webhook',
          '/api/webhooks/twilio/inbound',
          '/a/x',
        ]) {
          const answer = await scene.app.inject({
            method: 'POST',
            url,
            headers: { 'content-type': 'application/json', 'content-encoding': coding },
            payload: gzipSync('{}'),
          });
          expect([url, answer.statusCode, answer.headers['accept-encoding']]).toEqual([url, 415, 'identity']);
          expect(answer.json().code).toBe('UNSUPPORTED_CONTENT_ENCODING');
        }
      },
    );

    test('identity is none', async () => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'identity' };
      const answer = await scene.app.inject({
        method: 'POST',
        url: '/api/auth/sign-in/email',
        headers,
        payload: '{}',
      });
      expect(answer.json().code).toBe('VALIDATION_FAILED');
    });
  });

  describe('what no request can be made of', () => {
    test.each([
      ['no HTTP', 'hello\r\n\r\n', 400, 'MALFORMED_REQUEST'],
      ['a broken header', 'GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n', 400, 'MALFORMED_REQUEST'],
      [
        'two lengths',
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
        400,
        'MALFORMED_REQUEST',
      ],
      [
        'headers of 20 kB',
        `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
        431,
        'HEADERS_TOO_LARGE',
      ],
      ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400, 'HOST_MISSING'],
      [
        'an odd Expect',
        'POST /api/sms HTTP/1.1\r\nhost: x\r\nexpect: cake\r\nconnection: close\r\n\r\n',
        417,
        'EXPECTATION_FAILED',
      ],
    ])('%s is a problem document, too, and the connection ends', async (_what, text, status, code) => {
      const answer = await raw(text);
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(head.toLowerCase()).toContain('\r\nconnection: close');
      expect(head.toLowerCase()).toContain('\r\ncontent-type: application/problem+json; charset=utf-8');
      const problem = JSON.parse(body);
      expect(problem).toMatchObject({ code, status, detail: expect.any(String), retryable: false });
      expect(head).toContain(problem.request_id);
    });

    test('is never said into an answer that has begun', async () => {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        let got = '';
        socket.once('data', () => socket.write('nonsense\r\n\r\n'));
        socket.on('data', (chunk) => {
          got += chunk;
        });
        socket.on('close', () => resolve(got));
        socket.on('error', reject);
        socket.write('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
      });
      expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*begun/);
      expect(answer).not.toContain('MALFORMED_REQUEST');
    });
  });
});
