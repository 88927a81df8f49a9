import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { bearerOf } from './bearer.ts';
import { invalidGrant, OAuthError } from './errors.ts';
import type { AccessToken, Code } from './state.ts';
import type { GoogleWorld } from './world.ts';

const tokenForm = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  code: z.string().optional(),
  code_verifier: z.string().optional(),
  redirect_uri: z.string().optional(),
  refresh_token: z.string().optional(),
});
type TokenForm = z.infer<typeof tokenForm>;

const tokenQuery = z.object({ token: z.string().optional(), access_token: z.string().optional() });
const lifeSeconds = 3_599;

export function tokenRoutes(app: FastifyInstance, google: GoogleWorld): void {
  const { state, ledger, config } = google;

  app.post('/token', async (request) => {
    const form = tokenForm.safeParse(request.body ?? {});
    if (!form.success) throw new OAuthError(400, 'invalid_request', 'Bad Request');
    const { client_id, client_secret } = withBasic(form.data, request.headers.authorization);
    if (client_id !== config.google.clientId) {
      throw new OAuthError(401, 'invalid_client', 'The OAuth client was not found.');
    }
    if (client_secret !== config.google.clientSecret) {
      throw new OAuthError(401, 'invalid_client', 'Unauthorized');
    }
    if (form.data.grant_type === 'authorization_code') return exchange(form.data);
    if (form.data.grant_type === 'refresh_token') return refresh(form.data);
    throw new OAuthError(400, 'unsupported_grant_type', `Invalid grant_type: ${form.data.grant_type ?? ''}`);
  });

  app.post('/revoke', async (request) => {
    const given = { ...tokenQuery.parse(request.query), ...tokenQuery.safeParse(request.body).data };
    const token = given.token ?? '';
    const held = state.refreshTokens.get(token) ?? state.accessTokens.get(token);
    if (!held) throw new OAuthError(400, 'invalid_token', 'Token expired or revoked');
    ledger.record({ type: 'revoked', client_id: held.client_id, account: held.account });
    return {};
  });

  app.route({
    method: ['GET', 'POST'],
    url: '/tokeninfo',
    handler: async (request) => {
      const held = state.accessTokens.get(tokenQuery.parse(request.query).access_token ?? bearerOf(request));
      if (!held || held.expires_at <= config.now()) {
        throw new OAuthError(400, 'invalid_token', 'Invalid Value');
      }
      const { client_id, scope, account, expires_at } = held;
      const expires_in = String(Math.floor((expires_at - config.now()) / 1_000));
      return { azp: client_id, aud: client_id, sub: subjectOf(account), scope, expires_in, email: account };
    },
  });

  app.get('/oauth2/v3/userinfo', async (request) => {
    const held = state.accessTokens.get(bearerOf(request));
    if (!held || held.expires_at <= config.now()) {
      throw new OAuthError(401, 'invalid_request', 'Invalid Credentials');
    }
    return { sub: subjectOf(held.account), email: held.account, email_verified: true };
  });

  function exchange(form: TokenForm) {
    const code = state.codes.get(form.code ?? '');
    if (!code || code.expires_at <= config.now()) throw invalidGrant('Bad Request');
    if (code.redirect_uri !== form.redirect_uri) {
      throw new OAuthError(400, 'redirect_uri_mismatch', 'Bad Request');
    }
    verifyChallenge(code, form.code_verifier);
    const refreshed = code.with_refresh_token
      ? { token: `1//0sandbox-${secret()}`, ...grantOf(code), scope: code.scope }
      : null;
    const access = accessTokenFor(code);
    ledger.record({ type: 'tokens', used_code: code.code, access, refresh: refreshed });
    return { ...answer(access), ...(refreshed && { refresh_token: refreshed.token }) };
  }

  function refresh(form: TokenForm) {
    const held = state.refreshTokens.get(form.refresh_token ?? '');
    if (!held) throw invalidGrant();
    const access = accessTokenFor(held);
    ledger.record({ type: 'tokens', used_code: null, access, refresh: null });
    return answer(access);
  }

  function accessTokenFor(grant: { client_id: string; account: string; scope: string }): AccessToken {
    const expires_at = config.now() + lifeSeconds * 1_000;
    return { token: `ya29.sandbox-${secret()}`, ...grantOf(grant), scope: grant.scope, expires_at };
  }

  function answer(access: AccessToken) {
    return {
      access_token: access.token,
      expires_in: lifeSeconds,
      scope: access.scope,
      token_type: 'Bearer',
      ...(access.scope.split(' ').includes('openid') && { id_token: idToken(access) }),
    };
  }

  /** Good for reading who signed in. Its signature is by the client secret, as no one publishes keys here. */
  function idToken({ client_id, account }: AccessToken): string {
    const iat = Math.floor(config.now() / 1_000);
    const claims = {
      iss: 'https://accounts.google.com',
      aud: client_id,
      azp: client_id,
      sub: subjectOf(account),
      email: account,
      email_verified: true,
      iat,
      exp: iat + lifeSeconds,
    };
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    const signature = createHmac('sha256', config.google.clientSecret).update(signed).digest('base64url');
    return `${signed}.${signature}`;
  }
}

function verifyChallenge({ challenge, challenge_method }: Code, verifier: string | undefined): void {
  if (!challenge) return;
  if (!verifier) throw invalidGrant('Missing code verifier.');
  const proof =
    challenge_method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  if (proof !== challenge) throw invalidGrant('Invalid code verifier.');
}

/** A client may identify itself by HTTP Basic in place of the form fields. */
function withBasic(form: TokenForm, authorization: string | undefined) {
  const [, basic] = /^Basic (.+)$/i.exec(authorization ?? '') ?? [];
  if (!basic) return form;
  const [client_id = '', client_secret = ''] = Buffer.from(basic, 'base64').toString().split(':');
  return { client_id: decodeURIComponent(client_id), client_secret: decodeURIComponent(client_secret) };
}

const secret = () => randomBytes(32).toString('base64url');

const grantOf = ({ client_id, account }: { client_id: string; account: string }) => ({ client_id, account });

const subjectOf = (account: string) =>
  BigInt(`0x${createHash('sha256').update(account).digest('hex').slice(0, 16)}`)
    .toString()
    .padStart(21, '1');
