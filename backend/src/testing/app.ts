import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createApp } from '../app.ts';
import { createDependencies, type Dependencies } from '../dependencies.ts';
import type { Clock } from '../platform/clock.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import type { Schedule } from '../platform/request-limits.ts';
import { setSignUpMode } from '../tenancy/index.ts';
import type { TestDatabase } from './database.ts';
import { watchAnswers } from './described-answers.ts';

export interface TestAppOptions {
  /** Settings that differ from those of a fresh sandbox. */
  env?: Record<string, string>;
  clock?: Clock;
  runtimeUrl?: string;
  /** Parts to put in the place of the real ones, by name. */
  replace?: Partial<Dependencies>;
  /** The clock by which slow clients are cut off. */
  schedule?: Schedule;
}

const SECRETS = {
  AUTH_SECRET: 'an-auth-secret-of-forty-characters-length',
  ENCRYPTION_KEYS: `k1:${createHash('sha256').update('tests').digest('base64')}`,
  OPERATOR_TOKEN: 'an-operator-token',
};
/** A test asks more in a minute than a person in an hour, all from one address. */
const HIGH_LIMITS = {
  RATE_LIMIT_ORG_PER_HOUR: '999999',
  RATE_LIMIT_IP_PER_15MIN: '999999',
  RATE_LIMIT_PROVIDER_PER_MINUTE: '999999',
};
export const PASSWORD = 'correct horse battery';
/** For what is answered before anyone asks the database: there is none. */
export const NO_DATABASE = { runtimeUrl: 'postgres://nobody@127.0.0.1:1/none' };

/** The whole API as `main.ts` builds it, on a test's database; asked by `app.inject`, or listening if asked to. */
export async function createTestApp(db: Pick<TestDatabase, 'runtimeUrl'>, options: TestAppOptions = {}) {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const root = join(tmpdir(), `voxanne-none-${randomUUID()}`);
  const config = loadConfig({ ...SECRETS, ...HIGH_LIMITS, ...options.env }, root);
  const built = await createDependencies({
    config: {
      ...config,
      // No stand-in listens unless the test has started one and says where.
      mail:
        options.env?.SANDBOX_URL === undefined && options.env?.SMTP_URL === undefined
          ? undefined
          : config.mail,
    },
    runtimeUrl: options.runtimeUrl ?? db.runtimeUrl,
    log: createLogger('info', sink),
    ...(options.clock ? { clock: options.clock } : {}),
  });
  const dependencies = { ...built, ...options.replace };
  if (options.env?.SIGN_UP) await built.database.serviceStatement(setSignUpMode(options.env.SIGN_UP));
  const app = await createApp(dependencies, {
    isServing: () => true,
    listening: () => 'hearing',
    ...(options.schedule ? { schedule: options.schedule } : {}),
  });
  const answers = watchAnswers(app, built.config.mode);

  const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url, payload, headers });
  const cookieOf = (answer: Awaited<ReturnType<typeof post>>) =>
    answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ');

  return {
    app,
    dependencies,
    config: built.config,
    /** What was logged. */
    lines,
    post,
    /** Signs up as a person would, and takes a token as a script would. */
    async signUp(fields: Record<string, string> = {}) {
      const email = fields.email ?? `${randomUUID()}@example.com`;
      const body = { email, password: PASSWORD, name: 'Ann Owner', ...fields };
      const answer = await post('/api/auth/sign-up/email', body);
      if (answer.statusCode !== 200) throw new Error(`The sign-up was refused: ${answer.body}`);
      const cookie = cookieOf(answer);
      const token = (await app.inject({ url: '/api/auth/token', headers: { cookie } })).json()
        .token as string;
      const me = (await app.inject({ url: '/api/me', headers: { authorization: `Bearer ${token}` } })).json();
      return {
        email,
        cookie,
        token,
        bearer: { authorization: `Bearer ${token}` },
        userId: me.user_id as string,
        orgId: me.org_id as string,
      };
    },
    cookieOf,
    async close() {
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
      await built.close();
      answers.expectAllDescribed();
    },
  };
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>;
