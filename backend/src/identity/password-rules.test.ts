import { describe, expect, test } from 'vitest';
import { refuseGuessablePassword } from './password-rules.ts';

const about = { email: 'ann.owner@bright-smiles.example', names: ['Ann Owner', 'Bright Smiles', undefined] };
const verdict = (password: string) => {
  try {
    refuseGuessablePassword(password, about);
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a password', () => {
  test.each([
    'password',
    'PASSWORD',
    ' password ',
    '12345678',
    '123456789',
    'iloveyou',
    'qwertyuiop',
    'p@ssw0rd',
    'password123',
    'aaaaaaaa',
    'abababab',
    '13571357',
    'abcdefgh',
    'hgfedcba',
    '98765432',
    'asdfghjkl',
    'lkjhgfdsa',
    'ann.owner@bright-smiles.example',
    'Ann.Owner@Bright-Smiles.example',
    'annowner',
    'Ann Owner',
    'BrightSmiles',
    'bright-smiles',
    'bright-smiles.example',
    'passw0rd!',
    'pass word',
    'p a s s w o r d',
    'ｐａｓｓｗｏｒｄ',
    'pässwörd',
    'password\u200b',
    'pass\u00adword',
    'P4$$w0rd!!',
    '!!password2026',
    'passwordpassword',
    'voxanne!',
    'Voxanne2026',
    'v0xanne123',
    'summer2026',
    'Summer-2026!',
    '2026winter',
    'September26',
    'Monday123!',
    'bright2026',
    'Smiles!!',
    'BrightSmiles2026',
    'Smiles-Smiles',
    'br1ghtsm1les',
    'q-w-e-r-t-y-u-i',
    '1 2 3 4 5 6 7 8',
    '\u0000\u0000\u0000\u0000abcd',
    'k\u0301\u0302\u0303tz\u200b\u200b\u200b',
    'zorb\u2800\u3164\u2800\u3164',
  ])('"%s" is refused', (password) => {
    expect(verdict(password)).toBe('WEAK_PASSWORD');
  });

  test.each([
    'correct horse battery',
    'a-password-of-a-bench',
    'long enough 1',
    'annowner likes tea',
    'password of the blue whale',
    'summer rain on tin roofs 2026',
    'voxanne answers at nine',
    'bright purple tractor',
    'Größe zählt kaum',
    'xk7 qv2 mm9',
    'aaaaaaab',
    'пароль из слов',
    '🐴🔋📎🐴 lamp',
    'x'.repeat(120).replace(/x{7}/g, 'tulips '),
  ])('"%s" is taken', (password) => {
    expect(verdict(password)).toBe('taken');
  });

  test('that is refused is explained at its field, in a sentence, without being repeated', () => {
    expect(() => refuseGuessablePassword('12345678', about)).toThrow(/most common.*Choose another one/);
    try {
      refuseGuessablePassword('12345678', about);
    } catch (error) {
      expect(error).toMatchObject({
        status: 400,
        extra: { errors: [{ path: 'password', message: expect.any(String) }] },
      });
      expect(JSON.stringify(error)).not.toContain('12345678');
    }
  });
});
