import { describe, expect, test } from 'vitest';
import { readingKey, tellApart } from './clinic-names.ts';

const clinic = (name: string, phone: string | null = null) => ({ id: `${name}${phone}`, name, phone });
const ELM = '+15551230001';
const OAK = '+15551230002';

describe('names that read the same', () => {
  const ALIKE: [string, string][] = [
    ['in capitals', 'ELM DENTAL'],
    ['with an accent', 'Élm Dental'],
    ['with punctuation', 'Elm-Dental!'],
    ['without the space', 'ElmDental'],
    ['with more spaces', ' Elm   Dental '],
    ['with something invisible', 'Elm\u200b Den\u00adtal\u2060'],
    ['in wide letters', 'Ｅｌｍ Ｄｅｎｔａｌ'],
    ['in mathematical letters', '𝐄𝐥𝐦 𝐃𝐞𝐧𝐭𝐚𝐥'],
    ['with a Cyrillic letter', 'Еlm Dеntаl'],
    ['with a Greek letter', 'Εlm Dental'],
    ['with a capital I for an l', 'EIm DentaI'],
    ['with a 1 for an l', 'E1m Denta1'],
    ['with r and n for an m', 'Elrn Dental'],
    ['in circled letters', 'Ⓔⓛⓜ Dental'],
  ];
  test.each(ALIKE)('%s', (_how, name) => {
    expect(readingKey(name)).toBe(readingKey('Elm Dental'));
    expect(tellApart([clinic('Elm Dental', ELM), clinic(name, OAK)])).toEqual([
      expect.stringContaining(`(phone ${ELM})`),
      expect.stringContaining(`(phone ${OAK})`),
    ]);
    expect(tellApart([clinic('Elm Dental'), clinic(name)])).toEqual([undefined, undefined]);
  });

  test.each([
    ['Elm Dental', 'Elm Dental Kids'],
    ['Elm Dental', 'Oak Dental'],
    ['Клиника', 'Больница'],
    ['歯科', '眼科'],
    ['Elm 2', 'Elm 3'],
  ])('%s and %s do not', (one, other) => {
    expect(tellApart([clinic(one, ELM), clinic(other, OAK)])).toEqual([
      expect.not.stringContaining('phone'),
      expect.not.stringContaining('phone'),
    ]);
  });

  test('one phone is enough to tell two clinics apart, the same one is not', () => {
    expect(tellApart([clinic('Elm', ELM), clinic('elm')])).toEqual([`Elm (phone ${ELM})`, 'elm']);
    expect(tellApart([clinic('Elm', ELM), clinic('elm', ELM)])).toEqual([undefined, undefined]);
    expect(tellApart([clinic('Elm', ELM), clinic('elm'), clinic('ELM')])).toEqual([
      `Elm (phone ${ELM})`,
      undefined,
      undefined,
    ]);
  });

  test('words that say nothing do not tell names apart where there is a phone', () => {
    expect(tellApart([clinic('Elm', ELM), clinic('The Elm Clinic', OAK)])).toEqual([
      `Elm (phone ${ELM})`,
      `The Elm Clinic (phone ${OAK})`,
    ]);
    expect(tellApart([clinic('Elm'), clinic('The Elm Clinic')])).toEqual(['Elm', 'The Elm Clinic']);
  });

  test('what counts is what is shown: the ends of long names are not', () => {
    const long = 'The Center for Dental Medicine and Surgery of ';
    expect(tellApart([clinic(`${long}Elmwood`), clinic(`${long}Oakwood`)])).toEqual([undefined, undefined]);
    expect(tellApart([clinic(`${long}Elmwood`, ELM), clinic(`${long}Oakwood`, OAK)])).toEqual([
      expect.stringContaining(ELM),
      expect.stringContaining(OAK),
    ]);
  });

  test.each([
    `Elm Dental ${ELM}`,
    'Elm Dental (phone +1 555 123-0001)',
    'Elm Dental (phone ＋１５５５１２３０００１)',
    'Elm Dental ٥٥٥١٢٣٠٠٠١',
    'Elm Dental 5.5.5.1.2.3.0.0.0.1',
  ])('no one shows another one’s number as a part of the name: %s', (name) => {
    const labels = tellApart([clinic('Elm Dental', ELM), clinic(name, OAK)]);
    expect(labels?.[0]).toContain('Elm Dental');
    expect(labels?.[1]?.replace(OAK, '')).not.toMatch(/\p{Nd}/u);
  });

  test('a name of which nothing can be shown is replaced by the phone alone', () => {
    expect(tellApart([clinic('🦷'), clinic('Oak')])).toEqual([undefined, 'Oak']);
    expect(tellApart([clinic('+1 555 123 0001', OAK), clinic('Oak')])).toEqual([
      `Clinic (phone ${OAK})`,
      'Oak',
    ]);
  });
});
