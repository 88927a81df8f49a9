import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { createApp } from '../../backend/src/app.ts';
import { createDependencies } from '../../backend/src/dependencies.ts';
import { loadConfig } from '../../backend/src/platform/config.ts';
import { createHttpServer } from '../../backend/src/platform/http.ts';
import { createLogger } from '../../backend/src/platform/logger.ts';
import { requireRight } from '../../backend/src/tenancy/index.ts';
import { HIGH_LIMITS } from '../../journeys/support/same-machine.ts';
import { quantile } from './front-desk.ts';

export interface AuthCost {
  /** Medians in microseconds of so many requests each, in turn. */
  measure(requests: number): Promise<{ bare_us: number; jwt_us: number; key_us: number }>;
  close(): Promise<void>;
}

const PATH = '/api/bench/trivial';
/** Of a row that every login may read, and every database has. */
const ROW = 1259;
const quiet = () => createLogger('warn', new Writable({ write: (_chunk, _encoding, done) => done() }));

/**
 * The whole API with one more route that does nothing but ask who is there: authentication, tenant, limit and right.
 * Beside it a server of the same kind whose only route reads one row by its key.
 */
export async function startAuthCost(options: { runtimeUrl: string; redisUrl?: string }): Promise<AuthCost> {
  const { runtimeUrl, redisUrl } = options;
  const env = { ...HIGH_LIMITS, ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }) };
  const config = loadConfig(
    { AUTH_SECRET: 'a-secret-of-a-bench-with-forty-characters', OPERATOR_TOKEN: 'an-operator-token', ...env },
    join(tmpdir(), 'voxanne-none'),
  );
  const dependencies = await createDependencies({ config, runtimeUrl, log: quiet() });
  const app = await createApp(dependencies, { isServing: () => true, listening: () => 'hearing' });
  const { tenantResolver } = dependencies.tenants;
  app.get(
    PATH,
    {
      onRequest: [tenantResolver, requireRight('schedule.read')],
      schema: { tags: ['health'], operationId: 'benchTrivial', summary: 'Nothing', description: 'Nothing.' },
    },
    async () => ({ ok: true }),
  );

  const pool = new pg.Pool({ connectionString: runtimeUrl, max: 10 });
  const bare = createHttpServer({ log: quiet(), trustProxyHops: 0, countStranger: async () => undefined });
  bare.get('/bare', async () => {
    const { rows } = await pool.query('select relname from pg_catalog.pg_class where oid = $1', [ROW]);
    return { ok: rows.length === 1 };
  });

  const urlOf = async (server: typeof app): Promise<string> => {
    await server.listen({ port: 0, host: '127.0.0.1' });
    return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  };
  const [url, bareUrl] = [await urlOf(app), await urlOf(bare)];
  const { token, key } = await signUp(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (address: string, bearer?: string) =>
    new Promise<number>((resolve, reject) => {
      const begun = performance.now();
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      request(address, { agent, headers }, (answer) => {
        const { statusCode } = answer;
        answer.resume().once('end', () => {
          if (statusCode === 200) resolve((performance.now() - begun) * 1_000);
          else reject(new Error(`${address} answered ${statusCode}`));
        });
      })
        .once('error', reject)
        .end();
    });

  return {
    async measure(requests) {
      const times = { bare: [] as number[], jwt: [] as number[], key: [] as number[] };
      for (let n = 0; n < requests; n += 1) {
        times.bare.push(await ask(`${bareUrl}/bare`));
        times.jwt.push(await ask(`${url}${PATH}`, token));
        times.key.push(await ask(`${url}${PATH}`, key));
      }
      const median = (values: number[]) => Math.round(quantile(values, 0.5));
      return { bare_us: median(times.bare), jwt_us: median(times.jwt), key_us: median(times.key) };
    },
    async close() {
      agent.destroy();
      await Promise.all([app.close(), bare.close()]);
      await dependencies.close();
      await pool.end();
    },
  };
}

async function signUp(url: string): Promise<{ token: string; key: string }> {
  const headers = { 'content-type': 'application/json' };
  const email = `${crypto.randomUUID()}@bench.example.com`;
  const body = JSON.stringify({ email, password: 'a-password-of-a-bench', name: 'Owner' });
  const signedUp = await fetch(`${url}/api/auth/sign-up/email`, { method: 'POST', headers, body });
  const cookie = signedUp.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const given = await fetch(`${url}/api/auth/token`, { headers: { cookie } });
  const { token } = (await given.json()) as { token: string };
  const made = await fetch(`${url}/api/api-keys`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: 'Bench', scopes: ['read'] }),
  });
  const { key } = (await made.json()) as { key: string };
  return { token, key };
}
