import { randomUUID } from 'node:crypto';
import type { Role } from '@voxanne/contract';
import { BELIEVED_MS } from '../platform/believed.ts';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase } from '../testing/index.ts';

export type Person = Awaited<ReturnType<TestApp['signUp']>>;
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export const newAddress = () => `${randomUUID()}@clinic.example`;

/** The whole API, and people who invite each other. */
export async function createTeamScene() {
  const db = await createTestDatabase();
  const clock = fixedClock(new Date());
  const app = await createTestApp(db, { clock });
  const ask = async (method: Method, url: string, who: Person | null, body?: object) => {
    const answer = await app.app.inject({
      method,
      url,
      ...(who ? { headers: who.bearer } : {}),
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
  };
  const post = (url: string, who: Person | null, body: object = {}) => ask('POST', url, who, body);
  const invited = async (by: Person, role: Role, email = newAddress()) => {
    const { status, body } = await post('/api/invitations', by, { email, role });
    if (status !== 201) throw new Error(`The invitation was refused: ${JSON.stringify(body)}`);
    const token = new URL(body.url).hash.slice(1);
    return { ...body, email, token } as { id: string; email: string; token: string; url: string };
  };
  return {
    db,
    clock,
    app,
    ask,
    post,
    /** An invitation with its token. */
    invited,
    /** A new account by the link of an invitation. */
    async join(by: Person, role: Role): Promise<Person> {
      const { email, token } = await invited(by, role);
      return app.signUp({ email, name: 'Bob Staff', invitation: token });
    },
    /** Of an account that has changed clinics: its next token. */
    async again(person: Person): Promise<Person> {
      const { token } = (
        await app.app.inject({ url: '/api/auth/token', headers: { cookie: person.cookie } })
      ).json();
      return { ...person, token, bearer: { authorization: `Bearer ${token}` } };
    },
    async roles(who: Person): Promise<Record<string, string>> {
      const { body } = await ask('GET', '/api/members', who);
      return Object.fromEntries(
        body.data.map(({ user_id, role }: { user_id: string; role: string }) => [user_id, role]),
      );
    },
    audit: async ({ orgId }: Person) =>
      (
        await db.owner.query(
          `select action, actor_id, object_id, before, after from public.audit_log
           where org_id = $1 and object_type in ('member', 'invitation') order by id`,
          [orgId],
        )
      ).rows,
    believedIsOver: () => clock.advance(BELIEVED_MS),
    async close() {
      await app.close();
      await db.close();
    },
  };
}

export type TeamScene = Awaited<ReturnType<typeof createTeamScene>>;
