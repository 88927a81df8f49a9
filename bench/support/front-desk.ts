import { Agent, request } from 'node:http';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the route answers; the benchmark looks at two or three fields.
  body: any;
  ms: number;
}

/** A signed-in person of one clinic, on kept connections. */
export interface FrontDesk {
  orgId: string;
  ask(url: string, method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Answer>;
  end(): void;
}

const RENEW_AFTER_MS = 600_000;

/** A bearer token of the person whose session this is. */
export async function tokenOf(url: string, cookie: string): Promise<string> {
  const given = await fetch(`${url}/api/auth/token`, { headers: { cookie } });
  return ((await given.json()) as { token: string }).token;
}

/** Signs a clinic up at `url`; its token is good at every process of the deployment. */
export async function openFrontDesk(
  url: string,
  connections: number,
  email = 'owner@bench.example.com',
): Promise<FrontDesk> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let token: Promise<string> | undefined;
  let askedForAt = 0;
  /** A token is good for a quarter of an hour; a bench on a busy machine takes longer. */
  const freshToken = (): Promise<string> => {
    if (!token || performance.now() - askedForAt > RENEW_AFTER_MS) {
      askedForAt = performance.now();
      token = tokenOf(url, cookie);
    }
    return token;
  };
  const ask: FrontDesk['ask'] = async (base, method, path, body) => {
    const authorization = `Bearer ${await freshToken()}`;
    const begun = performance.now();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      authorization,
    };
    return new Promise((resolve, reject) => {
      const asked = request(`${base}${path}`, { method, agent, headers }, (answer) => {
        let read = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          read += chunk;
        });
        answer.once('end', () => {
          const ms = performance.now() - begun;
          resolve({ status: answer.statusCode ?? 0, body: read === '' ? null : JSON.parse(read), ms });
        });
      });
      asked.once('error', reject);
      asked.end(text);
    });
  };
  const signedUp = await fetch(`${url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email,
      password: 'a-password-of-a-bench',
      name: 'Owner',
      organization_name: 'Bench',
      time_zone: 'UTC',
    }),
  });
  const cookie = signedUp.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const me = await ask(url, 'GET', '/api/me');
  return { orgId: me.body.org_id, ask, end: () => agent.destroy() };
}

/** Numbers that each worker takes in turn until there are none left. */
export async function inParallel(
  count: number,
  workers: number,
  work: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (next < count) {
        const n = next;
        next += 1;
        await work(n);
      }
    }),
  );
}

export const quantile = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
