import { describe, expect, it } from 'vitest';
import { checkSpecMap } from './spec-map.ts';
import { makeTree } from './testing/tree.ts';

const code = {
  'backend/src/messaging/send.ts': 'export const sendSms = () => 1;',
  'backend/src/assistant/tools.ts': 'const tools = { bookVisit: {} };',
  'supabase/schemas/10_a.sql': 'create function public.handle_it() returns trigger',
  'supabase/schemas/20_b.sql': '-- create function public.handle_it() is in the file before',
  'supabase/migrations/20260101000000_a.sql': 'create function public.handle_it() returns trigger',
};

const check = (rows: string[]) => {
  const table = ['| Original name | Where | As |', '|---|---|---|', ...rows].join('\n');
  return checkSpecMap(
    makeTree({ ...code, 'docs/spec-map.md': table }),
    ['sendSms', 'bookVisit', 'handle_it'],
    ['services/sms'],
  );
};

const sms = '| `sendSms` | `backend/src/messaging/send.ts` | `sendSms` |';
const visit = '| `bookVisit` | `backend/src/assistant/tools.ts` | |';
const handle = '| `handle_it` | `supabase/schemas/10_a.sql` | |';
const file = '| `services/sms` | `backend/src/messaging/send.ts` | |';

describe('the map of the original names', () => {
  it('passes when every row is true', () => {
    expect(check([sms, visit, handle, file])).toEqual([]);
    expect(
      check([sms, visit, handle, '| `services/sms` | planned | `backend/src/messaging/carrier.ts` |']),
    ).toEqual([]);
  });

  it.each([
    ['a name without a row', [sms, visit, handle]],
    ['a file that does not exist', [sms, visit, handle, '| `services/sms` | `backend/src/gone.ts` | |']],
    ['a file without the name', [visit, handle, file, '| `sendSms` | `backend/src/assistant/tools.ts` | |']],
    ['a planned name that is there', [visit, handle, file, '| `sendSms` | planned | |']],
    ['a planned file that is there', [sms, visit, handle, '| `services/sms` | planned | `x/send.ts` |']],
    ['a name that is none of the specification', [sms, visit, handle, file, '| `other` | planned | |']],
    ['a migration', [sms, visit, file, '| `handle_it` | `supabase/migrations/20260101000000_a.sql` | |']],
    [
      'a name that only a comment says',
      [sms, visit, file, '| `handle_it` | `supabase/schemas/20_b.sql` | |'],
    ],
    ['two rows of one name', [sms, sms, visit, handle, file]],
  ])('fails on %s', (_, rows) => {
    expect(check(rows)).toHaveLength(1);
  });

  it('fails without the document', () => {
    expect(checkSpecMap(makeTree({}))).toHaveLength(1);
  });
});
