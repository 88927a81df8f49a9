import { describe, expect, it } from 'vitest';
import { ROOM_ORDER } from './floors/zones.ts';
import { checkFloors } from './floors.ts';
import { makeTree } from './testing/tree.ts';

const packages = {
  'packages/contract/package.json': '{"name":"@voxanne/contract","exports":{".":"./src/index.ts"}}',
  'packages/contract/src/index.ts': '',
  'packages/safe-call/package.json': '{"name":"@voxanne/safe-call","exports":{".":"./src/index.ts"}}',
  'packages/safe-call/src/index.ts': '',
};

const check = (tree: Record<string, string>) => checkFloors(makeTree(tree));

/** `rule file:line` of each finding in a tree that also has the two packages. */
const findingsIn = (tree: Record<string, string>): string[] =>
  check({ ...packages, ...tree }).findings.map(({ rule, file, line }) => `${rule} ${file}:${line}`);

const roomIndexes = Object.fromEntries(ROOM_ORDER.flat().map((room) => [`backend/src/${room}/index.ts`, '']));

describe('a sound tree', () => {
  it('has no findings', () => {
    const found = findingsIn({
      ...roomIndexes,
      'backend/src/platform/config.ts': `export const port = process.env.PORT;`,
      'backend/src/booking/book.ts': `import '../identity/index.ts';\nimport '@voxanne/contract';\nimport '../platform/config.ts';`,
      'backend/src/booking/booking.queries.ts': 'export const q = (db) => db.selectFrom("x");',
      'backend/src/messaging/twilio.client.ts': `import twilio from 'twilio';`,
      'backend/src/identity/auth.ts': `import { betterAuth } from 'better-auth';`,
      'backend/src/main.ts': `import './app.ts';\nimport { loadConfig } from './platform/config.ts';\nloadConfig(process.env, '.');`,
      'backend/src/app.ts': `import './booking/index.ts';\nimport './health/index.ts';`,
      'backend/src/testing/clinic.ts': `import '../booking/book.ts';`,
      'backend/src/booking/book.test.ts': `import '../testing/clinic.ts';\nconst q = 'select 1';`,
      'dashboard/src/main.tsx': `import '@voxanne/contract';\nexport const a = <b>select one from the list</b>;`,
    });
    expect(found).toEqual([]);
  });
});

describe('a run that proves nothing fails', () => {
  it('on an empty tree', () => {
    expect(check({}).findings).toMatchObject([
      { rule: 'unreadable', message: 'no source file was seen. Check the root.' },
    ]);
  });
  it('on a file that cannot be parsed', () => {
    expect(findingsIn({ 'backend/src/app.ts': 'const = 3;' })).toEqual(['unreadable backend/src/app.ts:1']);
  });
  it('on an import that leads nowhere', () => {
    expect(findingsIn({ 'backend/src/app.ts': `\nimport './gone.ts';` })).toEqual([
      'unreadable backend/src/app.ts:2',
    ]);
    expect(findingsIn({ 'backend/src/app.ts': `import '@voxanne/contract/gone';` })).toHaveLength(1);
  });
  it('on an import whose name is computed', () => {
    const tree = { 'backend/src/app.ts': `const room = 'x';\nawait import(\`./\${room}.ts\`);` };
    expect(findingsIn(tree)).toEqual(['unreadable backend/src/app.ts:2']);
  });
  it('on a file that is on no floor', () => {
    expect(findingsIn({ 'backend/src/billing/index.ts': '' })).toEqual([
      'floors backend/src/billing/index.ts:1',
    ]);
    expect(findingsIn({ 'backend/src/helpers.ts': '' })).toEqual(['floors backend/src/helpers.ts:1']);
  });
});

describe('floors: imports only go down', () => {
  const down = (from: string, text: string) =>
    findingsIn({ ...roomIndexes, 'backend/src/app.ts': '', [from]: text });

  it('a package imports nothing of ours above it', () => {
    const from = 'packages/contract/src/a.ts';
    expect(down(from, `import '../../../backend/src/app.ts';`)).toEqual([`floors ${from}:1`]);
  });
  it('the platform imports no room, and no type of one', () => {
    const from = 'backend/src/platform/a.ts';
    expect(down(from, `import type { A } from '../booking/index.ts';`)).toEqual([`floors ${from}:1`]);
    expect(down(from, `let a: import('../booking/index.ts').A;`)).toEqual([`floors ${from}:1`]);
  });
  it('a room imports nothing of floor 3', () => {
    const from = 'backend/src/booking/a.ts';
    expect(down(from, `export * from '../app.ts';`)).toEqual([`floors ${from}:1`]);
  });
  it('safe-call imports no package, contract only zod', () => {
    expect(down('packages/safe-call/src/a.ts', `import 'node:fs';\nimport 'zod';`)).toEqual([
      'packages packages/safe-call/src/a.ts:2',
    ]);
    expect(down('packages/contract/src/a.ts', `import 'zod';\nimport 'node:fs';`)).toEqual([
      'packages packages/contract/src/a.ts:2',
    ]);
  });
});

describe('rooms: leftwards, by the front door', () => {
  const rooms = (from: string, text: string) => findingsIn({ ...roomIndexes, [from]: text });

  it('a room imports only rooms to its left', () => {
    const from = 'backend/src/tenancy/a.ts';
    expect(rooms(from, `import '../identity/index.ts';\nawait import('../health/index.ts');`)).toEqual([
      `rooms ${from}:2`,
    ]);
  });
  it('calendar and messaging do not know each other, nor booking', () => {
    const calendar = 'backend/src/calendar/a.ts';
    expect(rooms(calendar, `import '../messaging/index.ts';`)).toEqual([`rooms ${calendar}:1`]);
    const messaging = 'backend/src/messaging/a.ts';
    expect(rooms(messaging, `import '../calendar/index.ts';\nimport '../booking/index.ts';`)).toHaveLength(2);
  });
  it.each(['availability', 'booking', 'tasks', 'waitlist', 'patients', 'spoken'])(
    '%s knows neither of them',
    (room) => {
      const from = `backend/src/${room}/a.ts`;
      const text = `import '../messaging/index.ts';\nimport '../calendar/index.ts';`;
      expect(rooms(from, text)).toEqual([`rooms ${from}:1`, `rooms ${from}:2`]);
    },
  );
  it.each([
    ['contacts', 'schedule'],
    ['schedule', 'availability'],
    ['availability', 'booking'],
    ['booking', 'waitlist'],
    ['tasks', 'waitlist'],
    ['waitlist', 'patients'],
    ['patients', 'spoken'],
    ['spoken', 'assistant'],
  ])('%s does not import %s', (left, right) => {
    const from = `backend/src/${left}/a.ts`;
    expect(rooms(from, `import '../${right}/index.ts';`)).toEqual([`rooms ${from}:1`]);
  });
  it('a test sets its scene in whichever rooms it needs', () => {
    const from = 'backend/src/contacts/a.test.ts';
    const tree = { 'backend/src/booking/book.ts': '', [from]: `import '../booking/book.ts';` };
    expect(findingsIn({ ...roomIndexes, ...tree })).toEqual([]);
  });
  it('a room and a package are entered through their index.ts', () => {
    const from = 'backend/src/assistant/a.ts';
    const tree = { 'backend/src/booking/book.ts': '', 'packages/contract/src/a.ts': '' };
    const text = `import '../booking/book.ts';\nimport '../../../packages/contract/src/a.ts';`;
    expect(findingsIn({ ...roomIndexes, ...tree, [from]: text })).toEqual([
      `entry ${from}:1`,
      `entry ${from}:2`,
    ]);
    expect(findingsIn({ ...tree, 'backend/src/app.ts': `import './booking/book.ts';` })).toEqual([
      'entry backend/src/app.ts:1',
    ]);
  });
});

describe('folders: no two import each other', () => {
  it('one inside another', () => {
    const found = check({
      ...packages,
      'backend/src/assistant/a.ts': `import './tools/b.ts';`,
      'backend/src/assistant/c.ts': `import './tools/b.ts';\nimport './tools/d.ts';`,
      'backend/src/assistant/tools/b.ts': '',
      'backend/src/assistant/tools/d.ts': `\nimport '../e.ts';`,
      'backend/src/assistant/e.ts': '',
    }).findings;
    expect(found).toMatchObject([{ rule: 'folders', file: 'backend/src/assistant/tools/d.ts', line: 2 }]);
    expect(found[0]?.message).toContain('backend/src/assistant/a.ts imports back');
  });
  it('two beside each other, on every floor', () => {
    const pair = (root: string) =>
      findingsIn({
        [`${root}/a/one.ts`]: `import '../b/two.ts';`,
        [`${root}/b/two.ts`]: '',
        [`${root}/b/three.ts`]: `import '../a/four.ts';`,
        [`${root}/a/four.ts`]: '',
      });
    for (const root of ['backend/src/platform', 'sandbox/src', 'packages/contract/src', 'scripts'])
      expect(pair(root)).toEqual([`folders ${root}/a/one.ts:1`]);
  });
  it('one way isn’t a pair, and tests may look back', () => {
    const tree = {
      'sandbox/src/a.ts': `import './b/c.ts';`,
      'sandbox/src/b/c.ts': '',
      'sandbox/src/b/c.test.ts': `import '../a.ts';`,
    };
    expect(findingsIn(tree)).toEqual([]);
  });
});

describe('the houses beside the server', () => {
  const beside = (from: string, text: string) => findingsIn({ 'backend/src/app.ts': '', [from]: text });

  it('the sandbox imports none of ours', () => {
    const text = `import '@voxanne/safe-call';\nimport 'zod';`;
    expect(beside('sandbox/src/a.ts', text)).toEqual(['sandbox sandbox/src/a.ts:1']);
  });
  it('the dashboard imports only the contract', () => {
    const text = `import '@voxanne/contract';\nimport '../../backend/src/app.ts';`;
    expect(beside('dashboard/src/a.tsx', text)).toEqual(['dashboard dashboard/src/a.tsx:2']);
  });
  it('a journey sees the product from outside', () => {
    expect(beside('journeys/a.journey.ts', `import '../backend/src/app.ts';`)).toEqual([
      'journeys journeys/a.journey.ts:1',
    ]);
  });
  it('help for tests is for tests', () => {
    const tree = {
      'backend/src/testing/clinic.ts': '',
      'backend/src/app.ts': `import './testing/clinic.ts';`,
    };
    expect(findingsIn(tree)).toEqual(['testing backend/src/app.ts:1']);
  });
});

describe('the folders of the dashboard', () => {
  const features = 'dashboard/src/features';

  it('go down the layers: routes, shell, features, lib', () => {
    const tree = {
      'dashboard/src/lib/ui/a.tsx': `import '../../features/contacts/b.ts';`,
      [`${features}/contacts/b.ts`]: `\nimport '../../shell/c.tsx';`,
      'dashboard/src/shell/c.tsx': `import '../lib/api/d.ts';`,
      'dashboard/src/lib/api/d.ts': '',
      'dashboard/src/main.tsx': `import './shell/c.tsx';`,
    };
    expect(findingsIn(tree)).toContain('folders dashboard/src/lib/ui/a.tsx:1');
    expect(findingsIn(tree)).toContain(`folders ${features}/contacts/b.ts:2`);
  });
  it('never import each other, not even through a third one or by a type', () => {
    const pair = {
      [`${features}/contacts/a.ts`]: `import '../waitlist/b.ts';`,
      [`${features}/waitlist/b.ts`]: '',
      [`${features}/waitlist/c.ts`]: `import type { D } from '../contacts/d.ts';`,
      [`${features}/contacts/d.ts`]: '',
    };
    expect(findingsIn(pair)).toEqual([`folders ${features}/contacts/a.ts:1`]);
    const three = {
      [`${features}/contacts/a.ts`]: `import '../waitlist/b.ts';`,
      [`${features}/waitlist/b.ts`]: '',
      [`${features}/waitlist/c.ts`]: `import '../schedule/api/d.ts';`,
      [`${features}/schedule/api/d.ts`]: '',
      [`${features}/schedule/e.ts`]: `import '../contacts/f.ts';`,
      [`${features}/contacts/f.ts`]: '',
    };
    expect(findingsIn(three)).toEqual([`folders ${features}/contacts/a.ts:1`]);
  });
  it('count their tests too', () => {
    const tree = {
      [`${features}/contacts/a.ts`]: `import '../waitlist/b.ts';`,
      [`${features}/waitlist/b.ts`]: '',
      [`${features}/waitlist/b.test.ts`]: `import '../contacts/d.ts';`,
      [`${features}/contacts/d.ts`]: '',
    };
    expect(findingsIn(tree)).toEqual([`folders ${features}/contacts/a.ts:1`]);
  });
  it('may be used by the one above', () => {
    const tree = {
      [`${features}/contacts/a.ts`]: `import '../waitlist/b.ts';\nimport './c.ts';`,
      [`${features}/contacts/c.ts`]: `import '../waitlist/api/d.ts';`,
      [`${features}/waitlist/b.ts`]: `import './api/d.ts';`,
      [`${features}/waitlist/api/d.ts`]: '',
      'dashboard/src/routes/patients.ts': `import '../features/contacts/a.ts';`,
    };
    expect(findingsIn(tree)).toEqual([]);
  });
});

describe('what may be where', () => {
  it('SQL only in *.queries.ts', () => {
    const file = 'backend/src/booking/a.ts';
    const text = [
      'db.selectFrom("x");',
      'sql`now()`;',
      `const a = 'insert into x values (1)';`,
      'const b = `update public.x set a = 1`;',
      'const c = `\n  select a\n  from x where b = 1`;',
      `const d = 'Select a day from the calendar';`,
      `const e = 'update your phone';`,
      'map.delete(1);',
    ].join('\n');
    expect(findingsIn({ [file]: text })).toEqual([1, 2, 3, 4, 5].map((line) => `sql ${file}:${line}`));
  });
  it('SDKs only in *.client.ts, their types too; Better Auth only in identity', () => {
    const file = 'backend/src/messaging/a.ts';
    const text = `import type { Twilio } from 'twilio';\nimport { betterAuth } from 'better-auth';`;
    expect(findingsIn({ [file]: text })).toEqual([`sdk ${file}:1`, `sdk ${file}:2`]);
  });
  it('the environment only in the configuration', () => {
    const file = 'backend/src/booking/a.ts';
    const text = `process.env.A;\nprocess['env'];\nconst { env } = process;\nimport { env as e } from 'node:process';`;
    expect(findingsIn({ [file]: text })).toEqual([1, 2, 3, 4].map((line) => `environment ${file}:${line}`));
    expect(findingsIn({ 'backend/src/main.ts': 'const a = process.env.A;' })).toEqual([
      'environment backend/src/main.ts:1',
    ]);
    expect(findingsIn({ 'dashboard/src/a.ts': 'import.meta.env.VITE_A;' })).toEqual([
      'environment dashboard/src/a.ts:1',
    ]);
  });
  it('no circles, not even of types', () => {
    const found = check({
      ...packages,
      'backend/src/booking/a.ts': `import './b.ts';`,
      'backend/src/booking/b.ts': `\nimport type { C } from './c.ts';`,
      'backend/src/booking/c.ts': `import './a.ts';`,
    }).findings;
    expect(found).toMatchObject([{ rule: 'cycles', file: 'backend/src/booking/a.ts', line: 1 }]);
    expect(found[0]?.message).toContain(
      'booking/a.ts -> backend/src/booking/b.ts -> backend/src/booking/c.ts -> ',
    );
  });
  it('no file over 400 lines, generated ones and migrations aside', () => {
    const long = '\n'.repeat(401);
    expect(
      findingsIn({
        'supabase/schemas/10_a.sql': long,
        'supabase/migrations/1_a.sql': long,
        'backend/src/platform/a.generated.ts': long,
      }),
    ).toEqual(['size supabase/schemas/10_a.sql:401']);
    expect(findingsIn({ 'supabase/schemas/10_a.sql': '\n'.repeat(400) })).toEqual([]);
  });
});
