import { describe, expect, test } from 'vitest';
import { clinicName, personName } from './clinic-name.ts';

describe('a clinic’s name', () => {
  test.each([
    'http://evil.example',
    'Elm HTTPS://evil.example/x',
    'Elm www.evil.example',
    'Elm (www.evil.example)',
    'Elm bit.ly/abc',
    'Elm evil.com:8080/x',
    'Elm evil.com?x',
    'ｈｔｔｐｓ://evil.example',
    '1 Beta',
    '2 Beta',
    '2.',
    '1. Beta',
    '3) Beta',
    '(1) Beta',
    '[2] Beta',
    '4: Beta',
    '1 - Beta',
    '１ Beta',
    '7',
    'STOP',
    'stop.',
    'Start',
    '*HELP*',
    'Yes!',
    'no',
    'Unsubscribe',
  ])('that texts would turn into something else is refused in words: %s', (name) => {
    expect(clinicName.safeParse(name).error?.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('misread in a text'),
    ]);
  });

  test.each([
    '24 Hour Dental',
    '1st Care Clinic',
    '4 Paws',
    '4-Paws',
    '360 Health',
    '3D Smiles',
    'Dr. No',
    'Dr.No Dental',
    'Stop Smoking Clinic',
    'No Pain Dental',
    'Yes Dental',
    'Smith/Jones Dental',
    'Elm St. Dental / Ortho',
    'Smile.com Dental',
    'Praxis 2',
    'Клиника 7',
    '光歯科',
    '🦷',
  ])('may be %s', (name) => {
    expect(clinicName.parse(name)).toBe(name);
  });
});

test.each([
  '\u0300'.repeat(80),
  '\u2800\u2800',
  '\u3164',
  '\u115f\u1160',
  '\uffa0',
  '\u034f',
  '\u17b4\u17b5',
  '--',
  '?!',
  '‹ ›',
])('nothing that can be read isn’t a name (%j)', (name) => {
  expect(clinicName.safeParse(name).success).toBe(false);
  expect(personName.safeParse(name).success).toBe(false);
});
