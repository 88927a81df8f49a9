import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { type AuthorizationRequest, authorizationRequest } from './authorization-request.ts';
import { consentPage, errorPage } from './consent-page.ts';
import { isIdentity } from './scopes.ts';
import type { GoogleWorld } from './world.ts';

const many = z.union([z.string(), z.array(z.string())]).optional();

const decision = z.object({
  decision: z.enum(['approve', 'deny']),
  account: z.string().optional(),
  /** present when the page let the person choose; then `granted` holds what was left ticked */
  choose: z.string().optional(),
  granted: many,
});

const usualAccount = 'reception@clinic.example';
const codeLifeMs = 10 * 60 * 1_000;

export function consentRoutes(app: FastifyInstance, { state, ledger, config }: GoogleWorld): void {
  app.get('/o/oauth2/v2/auth', async (request, reply) => {
    const wanted = check(request.query, reply);
    return wanted && page(reply, 200, consentPage(wanted, wanted.login_hint ?? usualAccount));
  });

  app.post('/o/oauth2/v2/auth', async (request, reply) => {
    const given = { ...asObject(request.query), ...asObject(request.body) };
    const wanted = check(given, reply);
    if (!wanted) return reply;
    const answer = decision.safeParse(given);
    if (!answer.success) return page(reply, 400, errorPage('invalid_request', 'Allow or deny.'));
    const back = new URL(wanted.redirect_uri);
    if (wanted.state !== undefined) back.searchParams.set('state', wanted.state);
    if (answer.data.decision === 'deny') {
      back.searchParams.set('error', 'access_denied');
      return reply.redirect(back.href, 302);
    }
    const account = answer.data.account ?? wanted.login_hint ?? usualAccount;
    if (!z.email().safeParse(account).success) {
      return page(reply, 400, errorPage('invalid_request', `"${account}" is not an email address.`));
    }
    const scope = grantedScope(wanted.scope, answer.data);
    const isAgain = state.hasGrant(config.google.clientId, account);
    const code = `4/0sandbox-${randomBytes(24).toString('base64url')}`;
    ledger.record({
      type: 'code',
      code: {
        code,
        client_id: config.google.clientId,
        account,
        scope,
        redirect_uri: wanted.redirect_uri,
        challenge: wanted.code_challenge ?? null,
        challenge_method: wanted.code_challenge_method,
        with_refresh_token:
          wanted.access_type === 'offline' && (!isAgain || wanted.prompt.split(' ').includes('consent')),
        expires_at: config.now() + codeLifeMs,
      },
    });
    back.searchParams.set('code', code);
    back.searchParams.set('scope', scope);
    return reply.redirect(back.href, 302);
  });

  function check(given: unknown, reply: FastifyReply): AuthorizationRequest | undefined {
    const parsed = authorizationRequest.safeParse(given);
    const refuse = (status: number, code: string, sentence: string) => {
      page(reply, status, errorPage(code, sentence));
      return undefined;
    };
    if (!parsed.success) {
      const field = parsed.error.issues[0]?.path.join('.');
      return refuse(400, 'invalid_request', `The parameter "${field}" is not valid.`);
    }
    const { client_id, redirect_uri, response_type } = parsed.data;
    if (client_id !== config.google.clientId) {
      return refuse(401, 'invalid_client', 'The OAuth client was not found.');
    }
    if (!redirect_uri || !isWebAddress(redirect_uri)) {
      return refuse(400, 'invalid_request', 'The parameter "redirect_uri" must be a web address.');
    }
    if (response_type !== 'code') {
      return refuse(400, 'unsupported_response_type', 'The parameter "response_type" must be "code".');
    }
    return { ...parsed.data, redirect_uri };
  }
}

function page(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
    )
    .send(html);
}

function grantedScope(asked: string, { choose, granted }: z.infer<typeof decision>): string {
  if (!choose) return asked;
  const ticked = [granted ?? []].flat();
  return asked
    .split(' ')
    .filter((scope) => isIdentity(scope) || ticked.includes(scope))
    .join(' ');
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
