import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanContact, isPlaceholderPhone } from './clean-contact.ts';

const oneOf = (characters: string) => fc.constantFrom(...characters);
const given = { name: 'Maria Lopez', phone: '+1 415 555 0132' };
const clean = (change: object = {}, country = 'US') => cleanContact({ ...given, ...change }, country);
const codeOf = (change: object, country = 'US') => {
  try {
    return clean(change, country);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a contact as it was given', () => {
  test.each([
    ['Maria  Lopez', 'Maria Lopez'],
    ['  Maria\tLopez\r\n', 'Maria Lopez'],
    ['O’Brien', 'O’Brien'],
    ['Ana McDonald-Smith', 'Ana McDonald-Smith'],
    ['李明', '李明'],
    ['Ays\u0327e', 'Ayşe'],
    ['Ana\0Lopez', 'Ana Lopez'],
    ['Jo\u200bhn \u202eEvil\u202c', 'John Evil'],
    ['\ufeffMaria Lopez', 'Maria Lopez'],
    ['Test User', 'Test User'],
    ['Nana', 'Nana'],
  ])('%j is the name %j', (name, expected) => {
    expect(clean({ name }).name).toBe(expected);
  });

  test.each(['', '   ', '---', '12345', '\u202e\u200b', 'unknown', 'Unknown', 'N/A', 'n.a.', 'none', 'null'])(
    '%j is no name',
    (name) => {
      expect(codeOf({ name })).toBe('INVALID_NAME');
    },
  );

  test('a name of ten kilobytes is none', () => {
    expect(codeOf({ name: 'a'.repeat(10_000) })).toBe('INVALID_NAME');
  });

  test.each([
    ['(555) 444-3333', 'US', '+15554443333'],
    ['555.444.3333', 'US', '+15554443333'],
    ['1 555 444 3333', 'US', '+15554443333'],
    ['+44 20 7946 0958', 'US', '+442079460958'],
    ['011 44 20 7946 0958', 'US', '+442079460958'],
    ['020 7946 0958', 'GB', '+442079460958'],
    ['+44 (0)20 7946 0958', 'GB', '+442079460958'],
    ['0171 2345678', 'DE', '+491712345678'],
    ['00491712345678', 'DE', '+491712345678'],
    ['06 1234 5678', 'IT', '+390612345678'],
    ['(415) 555-0132 ext. 12', 'US', '+14155550132'],
    ['(415) 555-0132', 'ZZ', '+14155550132'],
  ])('%s in %s is %s', (phone, country, expected) => {
    expect(clean({ phone }, country).phone).toBe(expected);
  });

  test.each([
    '',
    'unknown',
    'Anonymous',
    'N/A',
    'withheld',
    'restricted',
    '+266696687',
    '+7378742833',
    '+2562533',
    '+8656696',
    '+86282452253',
    '911',
    '12345',
    '444-3333',
    '000-000-0000',
    '+1 055 444 3333',
    '+999 12345678',
    '4'.repeat(10_000),
    "'; drop table leads; --",
    'four one five',
  ])('%j isn’t a phone that can be called', (phone) => {
    expect(codeOf({ phone })).toBe('INVALID_PHONE');
  });

  test.each([
    [undefined, null],
    ['', null],
    ['  ', null],
    [' Maria@Example.COM ', 'maria@example.com'],
    ['maria+clinic@example.co.uk', 'maria+clinic@example.co.uk'],
  ])('%j is the email address %j', (email, expected) => {
    expect(clean({ email }).email).toBe(expected);
  });

  test.each(['maria', 'maria at example', 'a@b', 'a@@example.com', 'a b@example.com', 'a\0@example.com'])(
    '%j is no email address',
    (email) => {
      expect(codeOf({ email })).toBe('INVALID_EMAIL');
    },
  );

  test('whatever was given, what is kept has a letter, no invisible character and a number in E.164', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, phone) => {
        const kept = codeOf({ name, phone });
        if (typeof kept === 'string') return /^INVALID_/.test(kept);
        return !/\p{C}/u.test(kept.name) && /\p{L}/u.test(kept.name) && /^\+[1-9]\d{7,14}$/.test(kept.phone);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({
          unit: oneOf('\u0000\u200b\u200f\u202e\u2066\u2069\ufeff\u00adAnaLopez '),
          maxLength: 40,
        }),
        (name) => {
          const kept = codeOf({ name });
          return typeof kept === 'string' || !/\p{C}/u.test(kept.name);
        },
      ),
    );
  });
});

describe('what is said in place of a phone number', () => {
  test.each([
    '',
    ' - ',
    'unknown',
    'Unknown number',
    'N/A',
    'n.a.',
    'none',
    'NULL',
    'not provided',
    'private',
    'same number',
    'this number',
    'the number I’m calling from',
    "caller's phone number",
    '{{customer.number}}',
  ])('%j says nothing', (text) => {
    expect(isPlaceholderPhone(text)).toBe(true);
  });

  test.each(['+14155550132', '911', '٤١٥', 'four one five', 'call my mother', '1-800-FLOWERS'])(
    '%j says something',
    (text) => {
      expect(isPlaceholderPhone(text)).toBe(false);
    },
  );
});
