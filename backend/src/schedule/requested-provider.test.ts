import { describe, expect, test } from 'vitest';
import { readProvider } from './requested-provider.ts';

const staffOf = (...names: string[]) => names.map((name) => ({ id: name, name }));
const STAFF = staffOf('Dr. Joanne Leeds', 'Dr. Ann Lee', 'Dr. Ben Lee', 'Peña Ruiz, MD', 'Mary Ann O’Neil');
const reading = (providerName: string, staff = STAFF) => {
  const read = readProvider(staff, { providerName });
  if (read.kind === 'anyone') return 'anyone';
  return read.kind === 'one' ? read.provider.name : [read.kind, ...read.choices.map(({ name }) => name)];
};

describe('the provider whom a caller names', () => {
  test.each([
    ['Dr. Ann Lee', 'Dr. Ann Lee'],
    ['Doctor Ann Lee', 'Dr. Ann Lee'],
    ['ann lee', 'Dr. Ann Lee'],
    ['Lee, Ann', 'Dr. Ann Lee'],
    ['Ann', 'Dr. Ann Lee'],
    ['A. Lee', 'Dr. Ann Lee'],
    ['Dr. Ben, please', 'Dr. Ben Lee'],
    ['with Dr. Leeds', 'Dr. Joanne Leeds'],
    ['Joanne', 'Dr. Joanne Leeds'],
    ['Doctor Pena', 'Peña Ruiz, MD'],
    ['Dr Pena Ruiz', 'Peña Ruiz, MD'],
    ['Dr. Oneil', 'Mary Ann O’Neil'],
    ['Maryann', 'Mary Ann O’Neil'],
    ['I would like to see Dr. Leeds if possible', 'Dr. Joanne Leeds'],
    ['Dr. Leeds’s', 'Dr. Joanne Leeds'],
  ])('%s is %s', (said, name) => {
    const staff = said === 'Ann' ? STAFF.slice(0, 3) : STAFF;
    expect(reading(said, staff)).toBe(name);
  });

  test.each([
    ['Dr. Lee', ['several', 'Dr. Ann Lee', 'Dr. Ben Lee']],
    ['Ann', ['several', 'Dr. Ann Lee', 'Mary Ann O’Neil']],
    ['Anne Lee', ['unknown', 'Dr. Ann Lee', 'Dr. Ben Lee']],
    ['Dr. Leeds or Dr. Ben Lee', ['unknown', 'Dr. Joanne Leeds', 'Dr. Ann Lee', 'Dr. Ben Lee']],
    ['not Dr. Leeds', ['unknown', 'Dr. Joanne Leeds']],
    ['anyone but Leeds', ['unknown', 'Dr. Joanne Leeds']],
    ['Dr. Who', ['unknown']],
    ['a', ['unknown']],
    ['Leed', ['unknown']],
    ['the lady from last time', ['unknown']],
  ])('%s is asked about', (said, expected) => {
    expect(reading(said)).toEqual(expected);
  });

  test.each([
    '',
    '  ',
    '.',
    'dr',
    'any',
    'Anyone',
    'any provider',
    'anybody is fine',
    'no preference',
    'I don’t have a preference',
    'none',
    'no',
    'null',
    'N/A',
    'first available',
    'the first one who is free',
    'whoever is free',
    "whoever's available",
    'the doctor',
    'either one',
    'it doesn’t matter',
    'no one in particular',
    'next available',
    'earliest',
  ])('%j means anyone', (said) => {
    expect(reading(said)).toBe('anyone');
  });

  test('a name that could be a word stays a name', () => {
    expect(reading('Dr. Free', staffOf('Dr. Free', 'Dr. Will See'))).toBe('Dr. Free');
    expect(reading('will see', staffOf('Dr. Free', 'Dr. Will See'))).toBe('Dr. Will See');
  });
});
