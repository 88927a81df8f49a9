import { fileURLToPath } from 'node:url';
import { RIGHTS, type Right, Role, SCOPES, Scope, scopesWith } from '@voxanne/contract';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Access, accessOf } from '../tenancy/index.ts';
import { createTestApp, NO_DATABASE, type TestApp } from '../testing/app.ts';

const PAGE = fileURLToPath(new URL('../../../docs/rights.md', import.meta.url));
/** Everyone's, or with another proof than a member's: a session that is not yet a clinic's, a token, a signature. */
const NOT_FOR_MEMBERS = /^\/api\/(auth|operator|webhooks\/(twilio|google)|vapi)\//;
const FOR_ALL = new Set([
  'GET /api/openapi.json',
  'GET /api/mode',
  'GET /api/health/integrations',
  'GET /api/feeds/:file',
  'GET /api/integrations/google/callback',
  'POST /api/invitations/look-up',
  'POST /api/owner-links/look-up',
]);
const INTRODUCTION = `# Roles and rights

A person has one role in each clinic they belong to: owner, admin, staff or auditor. This page is made from the rows of
\`app_private.rights\` (\`supabase/schemas/06_rights.sql\`), which the functions of the database ask, and from the routes of
the server, which name the right that they need. The names are those of \`x-right\` in the API document.

To change who may do what, change the rows, make a migration (\`npm run db:new -- <name>\`), run \`npm run db:types\`, and
write this page anew: \`npm test -- backend/src/app/rights.test.ts -u\`.
`;

const KEYS = `## Scopes of API keys

An API key has no role: it has the rights of its scopes (\`app_private.scopes\`, in the same file), in its own clinic. No key
makes or changes owners, double-books, or links a calendar. People give a key only what they may do themselves.
`;
const inCode = (names: readonly string[]) => names.map((name) => `\`${name}\``).join('<br>');

describe('the rights of the routes', () => {
  let scene: TestApp;
  let routes: { name: string; url: string; route: RouteOptions }[];
  beforeAll(async () => {
    scene = await createTestApp(NO_DATABASE);
    await scene.app.ready();
    routes = scene.app.registeredRoutes.flatMap((route) =>
      [route.method]
        .flat()
        .filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
        .map((method) => ({ name: `${method} ${route.url}`, url: route.url, route })),
    );
  });
  afterAll(() => scene.close());
  const needing = (access: Access) =>
    routes.filter(({ route }) => accessOf(route) === access).map(({ name }) => name);

  test('are named by every route of the API that a person of a clinic calls', () => {
    const silent = routes
      .filter(({ url, route }) => url.startsWith('/api/') && accessOf(route) === undefined)
      .filter(({ name, url }) => !NOT_FOR_MEMBERS.test(url) && !FOR_ALL.has(name));
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(routes.filter(({ route }) => accessOf(route) !== undefined).length).toBeGreaterThan(60);
  });

  test('are needed for every change: what any member may do is to see who they are, and to go', () => {
    expect(needing('any member')).toEqual(['GET /api/me', 'POST /api/members/leave']);
    expect(needing('anyone signed in')).toEqual([
      'POST /api/invitations/accept',
      'GET /api/organizations',
      'POST /api/organizations',
      'POST /api/organizations/:id/activate',
    ]);
  });

  test('let no one change anything who may only look', () => {
    const looking = (Object.keys(RIGHTS) as Right[]).filter((right) => right.endsWith('.read'));
    expect(looking.flatMap(needing).filter((name) => !name.startsWith('GET '))).toEqual([]);
  });

  test('are on the page that lists them', async () => {
    const rows = (Object.keys(RIGHTS) as Right[]).map((right) => {
      const { roles, description } = RIGHTS[right];
      const held = Role.options.map((role) => ((roles as readonly Role[]).includes(role) ? 'yes' : ''));
      const keys = inCode(scopesWith(right));
      return `| \`${right}\` | ${description} | ${held.join(' | ')} | ${keys} |`;
    });
    const lists = (Object.keys(RIGHTS) as Right[]).map((right) => {
      const list = needing(right).toSorted();
      return `| \`${right}\` | ${list.length > 0 ? inCode(list) : 'asked in the database'} |`;
    });
    const page = [
      INTRODUCTION,
      `| Right | Can | ${Role.options.join(' | ')} | API keys with |`,
      `|---|---|${Role.options.map(() => '---|').join('')}---|`,
      ...rows,
      '',
      KEYS,
      '| Scope | A key with it can |',
      '|---|---|',
      ...Scope.options.map((scope) => `| \`${scope}\` | ${SCOPES[scope].description} |`),
      '',
      '## Routes by right',
      '',
      '| Right | Routes |',
      '|---|---|',
      ...lists,
      ...(['any member', 'anyone signed in'] as const).map(
        (access) => `| ${access} | ${inCode(needing(access))} |`,
      ),
      '',
    ].join('\n');
    await expect(page).toMatchFileSnapshot(PAGE);
  });
});
