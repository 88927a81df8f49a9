import { describe, expect, test } from 'vitest';
import type { Clinic } from './clinic-names.ts';
import { plainLength } from './gsm7.ts';
import { readChoice, senderKeyword, whichClinicText } from './which-clinic.ts';

const clinics = (...names: string[]): Clinic[] => names.map((name, index) => ({ id: `${index + 1}`, name }));
const TWO = clinics('Elm Dental', 'Oak Street Clinic');
const listOf = (all: Clinic[]) => whichClinicText(all)?.body ?? 'not asked';
const choose = (answer: string, asked = TWO, others: Clinic[] = []) => readChoice(answer, asked, others)?.id;

describe('which clinic the patient means', () => {
  test.each([
    ['1', '1'],
    [' 2. ', '2'],
    ['2️⃣', '2'],
    ['#1', '1'],
    ['Two', '2'],
    ['number 2 please', '2'],
    ['The first one', '1'],
    ['the second', '2'],
    ['1st', '1'],
    ['No. 2', '2'],
    ['It is for 1, thanks', '1'],
    ['Elm Dental', '1'],
    ['elm', '1'],
    ['ELM DENTAL please!', '1'],
    ['Oak Street', '2'],
    ['my message is for oak street clinic', '2'],
    ['I meant Oak', '2'],
  ])('%j means %s', (answer, id) => {
    expect(choose(answer)).toBe(id);
  });

  test.each([
    '',
    '???',
    '0',
    '3',
    '12',
    '1 or 2',
    '1 and 2',
    'not 1',
    'neither',
    'both',
    'one two',
    'first second',
    'clinic',
    'Yes',
    'Hello',
    'Can I come at 2',
    'I have 2 rashes',
    'Elm Dental, can I come earlier?',
    'Elm or Oak',
    'not Elm',
    '1:30',
    '2 pm',
    '15551230001',
  ])('%j isn’t an answer', (answer) => {
    expect(choose(answer)).toBeUndefined();
  });

  test('a name that several have, or a word that several names hold, isn’t an answer; the whole name is', () => {
    expect(choose('Elm Dental', clinics('Elm Dental', 'elm  dental'))).toBeUndefined();
    expect(choose('Elm', clinics('Elm Dental', 'Elm Eye Care'))).toBeUndefined();
    expect(choose('Elm Dental', clinics('Elm Dental', 'Elm Dental Kids'))).toBe('1');
    expect(choose('Elm Dental Kids', clinics('Elm Dental', 'Elm Dental Kids'))).toBe('2');
  });

  test('a number is the one of the list, whatever the clinics are called', () => {
    expect(choose('2', clinics('2', 'Oak'))).toBe('2');
    expect(choose('1', clinics('Oak', 'Number 1'))).toBe('1');
    expect(choose('66', clinics('Oak', 'Route 66'))).toBe('2');
  });

  test('accents and apostrophes in a name do not matter, and letters of other scripts do', () => {
    expect(choose('clinica nunez', clinics('Clínica Núñez', 'Oak'))).toBe('1');
    expect(choose('Клиника', clinics('Oak', 'Клиника'))).toBe('2');
  });

  test('a clinic that was not in the list may be named, and has no number', () => {
    expect(choose('Birch', TWO, [{ id: 'b', name: 'Birch Eye Care' }])).toBe('b');
    expect(choose('3', TWO, [{ id: 'b', name: 'Birch Eye Care' }])).toBeUndefined();
  });

  test('the question has a line for each clinic, in the plain alphabet', () => {
    const text = listOf(clinics('Elm Dental', 'Clínica “Núñez”'));
    expect(text).toBe(
      'Several clinics text from this number. Which one is your message for? Reply with its number:\n1 Elm Dental\n2 Clinica "Nuñez"\nNone of them will see it until you reply. Your answer counts for 24 hours.',
    );
    expect(plainLength(text)).toBeDefined();
  });

  test('a name that reads like another one, or holds what was read in the list, isn’t an answer', () => {
    expect(choose('Elm Dental', clinics('Elm Dental', 'ElmDental'))).toBeUndefined();
    expect(choose('Elm Dental', clinics('Elm Dental', 'Εlm Dentaⅼ'))).toBeUndefined();
    expect(choose('Elm Dental', clinics('Oak', 'Elm Dental'), [{ id: 'b', name: 'E.L.M. Dental' }])).toBe(
      undefined,
    );
    for (const answer of ['Elm', 'Elm please'])
      expect(choose(answer, TWO, [{ id: 'b', name: 'Elm' }])).toBeUndefined();
    expect(choose('1', clinics('Elm Dental', 'ElmDental'))).toBe('1');
  });

  test('who is not listed is asked for the name', () => {
    expect(listOf(TWO)).not.toContain('full name');
    const many = clinics(...Array.from({ length: 10 }, (_, index) => `Clinic of ${'ABCDEFGHJK'[index]}na`));
    const text = listOf(many);
    expect(text).toContain('9 Clinic of J');
    expect(text).not.toContain('Clinic of K');
    expect(text).toContain('If yours is not listed, reply with its full name.');
  });

  test('two that read the same are not listed, and keep no one else from the list', () => {
    const text = listOf(clinics('Fake', 'FAKE', 'Elm Dental', '🦷', 'Oak'));
    expect(text).toContain('1 Elm Dental\n2 Oak\nIf yours is not listed');
    expect(text).not.toMatch(/fake/i);
    expect(listOf(clinics('Elm', 'ELM'))).toBe('not asked');
  });

  test('a name cannot pass for another line of the list, nor push the others away', () => {
    const text = listOf(clinics('Bad\n2 Oak Street Clinic\nReply 2\u2028now \u202e', 'x'.repeat(120)));
    const lines = text.split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^1 Bad 2 Oak Street/);
    expect(Math.max(...lines.slice(1, 3).map((line) => line.length))).toBeLessThanOrEqual(42);
  });

  test.each([
    ['STOP', undefined, 'consent'],
    [' Stop ', undefined, 'consent'],
    ['unsubscribe', undefined, 'consent'],
    ['START', undefined, 'consent'],
    ['Arrêt', 'STOP', 'consent'],
    ['HELP', undefined, 'help'],
    ['info', undefined, 'help'],
    ['please stop calling', undefined, undefined],
    ['Help, I have a rash', undefined, undefined],
    ['yes', undefined, undefined],
  ])('%j (%s) is for the sender: %s', (body, optOutType, kind) => {
    expect(senderKeyword(body, optOutType)).toBe(kind);
  });
});
