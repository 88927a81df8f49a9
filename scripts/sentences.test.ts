import { describe, expect, it } from 'vitest';
import { checkSentences, wordTable } from './sentences/check.ts';
import { collectSentences } from './sentences/collect.ts';
import { makeTree } from './testing/tree.ts';

const sentencesIn = (files: Record<string, string>) => collectSentences(makeTree(files));
const textsIn = (files: Record<string, string>): string[] => sentencesIn(files).map(({ text }) => text);

describe('the list of sentences', () => {
  it('holds the text of a screen and of its attributes, also a single word', () => {
    const page = `export const Page = () => <Card title="Patients" className="wide card list">
      <p>Nothing is planned for today.</p><Button>Save</Button></Card>;`;
    expect(textsIn({ 'dashboard/src/features/today/page.tsx': page })).toEqual([
      'Patients',
      'Nothing is planned for today.',
      'Save',
    ]);
  });

  it('holds an error with what is filled in later left open', () => {
    const errors =
      'export const full = (n: number) => new AppError({ detail: `Only $' +
      '{n} patients fit. Choose another.` });';
    expect(textsIn({ 'backend/src/booking/booking.errors.ts': errors })).toEqual([
      'Only {} patients fit. Choose another.',
    ]);
  });

  it('holds what a page says between its tags', () => {
    const page =
      'export const page = `<main class="wide open door"><h1>Your appointment</h1><p>It is booked.</p></main>`;';
    expect(textsIn({ 'backend/src/patients/patient-page.views.ts': page })).toEqual([
      'Your appointment',
      'It is booked.',
    ]);
  });

  it('holds what a description of the API and the command line say, each with its kind', () => {
    const found = sentencesIn({
      'packages/contract/src/clinic.ts': "export const name = z.string().describe('The name of the clinic');",
      'cli/health.mjs': "say('No clinics are waiting.');",
    });
    expect(found.map(({ kind, text }) => [kind, text])).toEqual([
      ['command line', 'No clinics are waiting.'],
      ['API', 'The name of the clinic'],
    ]);
  });

  it('holds what SQL functions say, but no comment and no statement', () => {
    const sql =
      "-- It''s a comment here.\nselect 'insert into a';\nraise exception 'That time isn''t free any more.';";
    expect(sentencesIn({ 'supabase/schemas/10_times.sql': sql })).toEqual([
      {
        file: 'supabase/schemas/10_times.sql',
        line: 3,
        kind: 'error',
        text: "That time isn't free any more.",
      },
    ]);
  });

  it('leaves out statements, names of classes, headers, codes, lists of words and tests', () => {
    const code = `import 'some module name';
      const a = sql\`select the name of everyone from contacts\`;
      const b = { className: 'card wide open', code: 'NOT_FOUND', header: "default-src 'self'; img-src data" };
      const c = 'first next free open one doctor dentist provider hygienist';`;
    expect(textsIn({ 'backend/src/a/a.queries.ts': code })).toEqual([]);
    expect(textsIn({ 'backend/src/a/a.test.ts': "say('That is a whole sentence.');" })).toEqual([]);
  });
});

describe('the check of sentences', () => {
  const findingsIn = (text: string): string[] => {
    const root = makeTree({ 'cli/a.mjs': `say(${JSON.stringify(text)});` });
    return checkSentences(root, collectSentences(root));
  };

  it('passes on plain English', () => {
    expect(
      findingsIn(
        'There is no appointment at that time. The visit stands for itself. Any more questions? It is meant to be short.',
      ),
    ).toEqual([]);
  });

  it.each([
    'Whoever has the address sees it.',
    'Give it to somebody else.',
    'The appointment was cancelled by the clinic.',
    'The patient is told by text.',
    'That is no valid address.',
    'Delete it all the same.',
    'The patients could not be read',
    'The address stands in the settings.',
    'Which day is meant?',
    'Would another time suit?',
    'It cannot be booked any more.',
    'Nothing is free at the moment.',
    'Choose a time for the 3 coming appointments.',
    'One moment, I’m putting you through.',
  ])('fails on "%s", and says what to write instead', (text) => {
    expect(findingsIn(text)).toEqual([expect.stringMatching(/^cli\/a\.mjs:1 says .+ Write: /)]);
  });

  it('fails when it saw no sentence', () => {
    expect(checkSentences(makeTree({}), [])).toHaveLength(1);
  });

  it('fails when CONTRIBUTING.md shows another list', () => {
    const seen = [{ file: 'a', line: 1, kind: 'text', text: 'That is fine.' }] as const;
    expect(checkSentences(makeTree({ 'CONTRIBUTING.md': wordTable() }), seen)).toEqual([]);
    expect(checkSentences(makeTree({ 'CONTRIBUTING.md': '# Contributing' }), seen)).toHaveLength(1);
  });
});
