import { Problem, Unreachable, UsageFault } from './outcomes.mjs';

const ANSWER_WITHIN_MS = 30_000;
const ASKED_WRONGLY = new Set([400, 413, 414, 422]);

/** The API as the signed-in person; signs in at the first request that needs it. */
export function createApi(options, env) {
  const base = addressOf(options.url ?? 'http://localhost:3001');
  // An empty variable is one that is not set.
  let token = tokenOf(options.token ?? (env.VX_TOKEN || undefined));
  const email = options.email ?? env.VX_EMAIL;
  const password = options.password ?? env.VX_PASSWORD;

  const send = async (path, init = {}) => {
    try {
      const response = await fetch(new URL(path, base), {
        ...init,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      return { response, body: await response.json().catch(() => undefined) };
    } catch (error) {
      const why = error.cause?.code ?? error.cause?.message ?? error.message;
      throw new Unreachable(
        `Voxanne isn’t responding at ${base.origin} (${why}). Start it with "npm start", or set its address with --url.`,
      );
    }
  };
  const json = (method, body, headers = {}) => ({
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  const signIn = async () => {
    if (!email || !password) {
      throw new UsageFault(
        'You’re not signed in. Set --token (or VX_TOKEN) to a token from GET /api/auth/token, or use --email and --password.',
      );
    }
    const { response, body } = await send('/api/auth/sign-in/email', json('POST', { email, password }));
    if (!response.ok) throw refusal(response, body);
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const issued = await send('/api/auth/token', { headers: { cookie } });
    if (!issued.response.ok) throw refusal(issued.response, issued.body);
    return issued.body.token;
  };

  return {
    /** For what anyone may ask; with a token where there is one. */
    async open(path) {
      if (!token && email && password) token = await signIn();
      return send(path, token ? { headers: { authorization: `Bearer ${token}` } } : {});
    },
    /** needsToken: what to say where only a token will do. */
    async ask(method, path, content, needsToken) {
      if (needsToken && !token) throw new UsageFault(needsToken);
      token ??= await signIn();
      const headers = { authorization: `Bearer ${token}` };
      const { response, body } = await send(
        path,
        content === undefined ? { method, headers } : json(method, content, headers),
      );
      if (response.status === 204) return undefined;
      if (body === undefined) throw notVoxanne(base);
      if (!response.ok) throw refusal(response, body);
      return body;
    },
    notVoxanne: () => notVoxanne(base),
  };
}

function addressOf(url) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.protocol.startsWith('http'))
    throw new UsageFault(`"${url}" is not a valid URL. Use one such as http://localhost:3001.`);
  return parsed;
}

function tokenOf(text) {
  // Characters that aren't allowed in a header would look like a server that doesn't answer.
  if (text !== undefined && !/^[\x21-\x7e]+$/.test(text))
    throw new UsageFault('That isn’t a token. Get one from GET /api/auth/token, on one line.');
  return text;
}

const notVoxanne = (base) => new Unreachable(`${base.origin} isn’t Voxanne. Set its address with --url.`);

function refusal(response, body) {
  const said = body?.detail ?? body?.message ?? `Voxanne answered ${response.status} without saying why.`;
  const request = response.headers.get('x-request-id');
  const next =
    response.status === 401
      ? ' Get a new token from GET /api/auth/token, or check --email and --password.'
      : '';
  const words = `${said}${next}${request ? ` (request ${request})` : ''}`;
  // What was asked for cannot be asked: that is the command's mistake, not something to look at in Voxanne.
  return ASKED_WRONGLY.has(response.status) ? new UsageFault(words) : new Problem(words);
}
