import { ConnectionTest, ConnectRequest, ConnectResponse, singleLine } from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { wantsPage } from '../platform/negotiation.ts';
import type { OrgId } from '../platform/tenant.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import type { LinkCalendar } from './link-calendar.ts';

export interface CalendarRouteOptions {
  publicUrl: string;
  link: LinkCalendar;
  test: (orgId: OrgId) => Promise<z.infer<typeof ConnectionTest>>;
  tenantResolver: TenantResolver;
  optionalTenantResolver: TenantResolver;
}

const COOKIE = 'voxanne_google_link';
const PATH = '/api/integrations/google';
const COOKIE_RULES = { path: PATH, httpOnly: true, sameSite: 'lax' } as const;
const LINK_SECONDS = 600;

const Callback = z.object({
  state: singleLine(200),
  code: singleLine(2_000).optional(),
  error: singleLine(200).optional(),
});

export function registerCalendarRoutes(server: HttpServer, options: CalendarRouteOptions): void {
  const { link, tenantResolver, optionalTenantResolver, publicUrl } = options;
  const tags = ['integrations'];

  server.post(
    `${PATH}/connect`,
    {
      onRequest: [tenantResolver, requireRight('connections.manage')],
      schema: {
        tags,
        operationId: 'connectGoogle',
        summary: 'Start linking Google Calendar',
        description: 'Send the browser to the `url` in the response; Google sends it back to the callback.',
        body: ConnectRequest.nullish(),
        response: { 200: ConnectResponse },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { url, browserToken } = await link.begin(tenant);
      reply.setCookie(COOKIE, `${browserToken}${keptPath(request.body?.return_to)}`, {
        ...COOKIE_RULES,
        maxAge: LINK_SECONDS,
        secure: publicUrl.startsWith('https:'),
      });
      return { url };
    },
  );

  server.get(
    `${PATH}/callback`,
    {
      onRequest: optionalTenantResolver,
      // This has an effect: a program that only looks at headers must not link a calendar.
      exposeHeadRoute: false,
      config: {
        kind: 'callback',
        described: {
          answers: {
            302: {
              description: 'To the page that started it',
              headers: { location: 'That page, with the outcome' },
            },
          },
        },
      },
      schema: {
        tags,
        operationId: 'finishGoogleLink',
        security: [{ googleLink: [] }, { session: [] }],
        summary: 'Where Google sends the browser back',
        description:
          'Links the calendar and redirects the browser to the page that started it (`return_to`, or Setup), which shows the outcome. Without `Accept: text/html` a refusal is a problem document.',
      },
      // The page that shows the outcome explains a broken query better than a schema would.
      attachValidation: true,
    },
    async (request, reply) => {
      const parsed = Callback.safeParse(request.query);
      try {
        if (!parsed.success) throw refusedReturn();
        if (parsed.data.error !== undefined || parsed.data.code === undefined) throw denied();
        const { browserToken } = cookieOf(request);
        await link.finish({
          state: parsed.data.state,
          code: parsed.data.code,
          ...(request.tenant ? { userId: request.tenant.userId } : {}),
          ...(browserToken ? { browserToken } : {}),
        });
      } catch (error) {
        if (!(error instanceof AppError) || !wantsPage(request, reply)) throw error;
        return backToPage(request, reply, publicUrl, OUTCOMES[error.code] ?? 'failed', error.code);
      }
      return backToPage(request, reply, publicUrl, 'connected');
    },
  );

  server.post(
    `${PATH}/test`,
    {
      onRequest: [tenantResolver, requireRight('connections.test')],
      schema: {
        tags,
        operationId: 'testGoogle',
        summary: 'Ask Google whether the link works',
        description: 'Reads the calendar list once and says in plain words what happened.',
        response: { 200: ConnectionTest },
      },
    },
    async (request) => options.test(tenantOf(request).orgId),
  );

  server.delete(
    PATH,
    {
      onRequest: [tenantResolver, requireRight('connections.manage')],
      schema: {
        tags,
        operationId: 'disconnectGoogle',
        summary: 'Unlink Google Calendar',
        description: 'Revokes Voxanne’s permission at Google. Appointments stay here.',
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      await link.unlink(tenantOf(request).orgId);
      return reply.code(204).send();
    },
  );
}

const OUTCOMES: Record<string, string> = {
  CONSENT_DENIED: 'denied',
  INSUFFICIENT_SCOPE: 'insufficient_scope',
};

const denied = () =>
  new AppError({
    code: 'CONSENT_DENIED',
    status: 400,
    detail: 'You didn’t give Voxanne permission, so nothing was linked. Press "Link" to try again.',
  });

const refusedReturn = () =>
  new AppError({
    code: 'OAUTH_STATE_INVALID',
    status: 400,
    detail: 'This link wasn’t started here. Press "Link" to try again.',
  });

function backToPage(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
  outcome: string,
  reason?: string,
) {
  const url = new URL(cookieOf(request).returnTo, publicUrl);
  url.searchParams.set('google', outcome);
  if (reason) url.searchParams.set('reason', reason);
  return reply.setCookie(COOKIE, '', { ...COOKIE_RULES, maxAge: 0 }).redirect(url.toString(), 302);
}

const keptPath = (path: string | undefined): string =>
  path === undefined ? '' : `.${Buffer.from(path).toString('base64url')}`;

/** What came back with the browser. Cookies can't be trusted, so the page is checked again as it was at the start. */
function cookieOf(request: FastifyRequest): { browserToken: string | undefined; returnTo: string } {
  const [browserToken, kept = ''] = request.cookies[COOKIE]?.split('.') ?? [];
  const { success, data } = ConnectRequest.safeParse({
    return_to: Buffer.from(kept, 'base64url').toString() || '/setup',
  });
  return { browserToken, returnTo: (success && data.return_to) || '/setup' };
}
