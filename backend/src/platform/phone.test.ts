import fc from 'fast-check';
import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { guessCountry, readablePhone, readPhone, toE164 } from './phone.ts';

describe('a phone number', () => {
  test.each([
    ['(415) 555-0100', 'US', '+14155550100'],
    ['415.555.0100', 'CA', '+14155550100'],
    ['1 415 555 0100', 'US', '+14155550100'],
    ['+1 415 555 0100', 'DE', '+14155550100'],
    ['030 901820', 'DE', '+4930901820'],
    ['+49 (0)30 901820', 'US', '+4930901820'],
    ['0049 30 901820', 'DE', '+4930901820'],
    ['011 49 30 901820', 'US', '+4930901820'],
    ['06 698 12345', 'IT', '+390669812345'],
    ['020 7946 0958', 'GB', '+442079460958'],
  ])('%s in %s is %s', (text, country, expected) => expect(toE164(text, country)).toBe(expected));

  test('that is possible but not assigned is kept: refusing it would lose the patient', () => {
    expect(toE164('+1 555 123 4567', 'US')).toBe('+15551234567');
    expect(toE164('555-123-4567', 'US')).toBe('+15551234567');
  });

  test.each(['123', '911', '112', '', '   ', '+', 'call me maybe', 'one two three', '12345678901234567890'])(
    'is not %j',
    (text) => expect(toE164(text, 'US')).toBeNull(),
  );

  test.each(['+1 055 123 4567', '155 123 4567', '+1 41555501000'])('of North America is not %j', (text) =>
    expect(toE164(text, 'US')).toBeNull(),
  );

  test.each([
    ['900-555-0123', 'US'],
    ['+882 13 123456', 'US'],
    ['+883 510 012 3456', 'US'],
    ['+881 6 12345678', 'US'],
    ['+870 773 123456', 'US'],
    ['+979 1 2345678', 'US'],
    ['+372 8112345', 'US'],
    ['0906 123 4567', 'GB'],
    ['0844 123 4567', 'GB'],
    ['0900 123456', 'CH'],
    ['01805 123456', 'DE'],
    ['0899 123456', 'FR'],
  ])('that charges the sender is not accepted: %s in %s', (text, country) =>
    expect(toE164(text, country)).toBeNull(),
  );

  test('leaves its extension behind: a text goes to the line, not to a desk', () => {
    for (const text of ['415-555-0100 ext. 12', '415-555-0100 x12', '+1 415 555 0100 #12']) {
      expect(toE164(text, 'US'), text).toBe('+14155550100');
    }
  });

  test('says its extension, and whether anyone can have it', () => {
    expect(readPhone('(415) 555-0132 ext. 12', 'US')).toEqual({
      e164: '+14155550132',
      extension: '12',
      assigned: true,
    });
    expect(readPhone('(555) 444-3333', 'US')).toEqual({
      e164: '+15554443333',
      extension: null,
      assigned: false,
    });
    expect(readPhone('4'.repeat(10_000), 'US')).toBeNull();
  });

  test('a Mexican mobile number loses the 1 that no one dials anymore', () => {
    expect(toE164('+52 1 55 1234 5678', 'US')).toBe('+525512345678');
    expect(toE164('+52 55 1234 5678', 'US')).toBe('+525512345678');
  });

  test('is read as American where the country is unknown', () => {
    expect(toE164('415 555 0100', 'ZZ')).toBe('+14155550100');
  });

  test('that exists and was once normalised stays as it is, in whichever country it is read again', () => {
    const country = fc.constantFrom('US', 'DE', 'IT', 'MX', 'GB', 'FR', 'IN', 'AU');
    const digits = fc.stringMatching(/^0?[1-9][0-9]{5,12}$/);
    fc.assert(
      fc.property(digits, country, country, (text, here, there) => {
        const once = toE164(text, here);
        // What no one has, such as ten zeros, may be read in more ways than one.
        if (once === null || !isValidPhoneNumber(once)) return;
        expect(once).toMatch(/^\+[1-9]\d{7,14}$/);
        expect(toE164(once, there)).toBe(once);
      }),
    );
  });

  test('never throws, whatever was typed or heard', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (text, country) => void toE164(text, country)));
  });
});

test('a number is shown in the groups that people know', () => {
  expect(readablePhone('+12125550100')).toBe('+1 212 555 0100');
  expect(readablePhone('+4930901820')).toBe('+49 30 901820');
  expect(readablePhone('+999')).toBe('+999');
});

describe('the country of a clinic', () => {
  test('is that of its own number, if it has one', () => {
    expect(guessCountry({ phone: '+49 30 901820', timeZone: 'America/New_York' })).toBe('DE');
  });

  test('is otherwise that of its time zone', () => {
    expect(guessCountry({ timeZone: 'Europe/Berlin' })).toBe('DE');
    expect(guessCountry({ timeZone: 'America/New_York' })).toBe('US');
    expect(guessCountry({ phone: '415 555 0100', timeZone: 'Asia/Calcutta' })).toBe('IN');
  });

  test('stays unknown if nothing says otherwise', () => {
    for (const hints of [{}, { timeZone: 'UTC' }, { timeZone: 'Mars/Olympus' }, { phone: 'none' }]) {
      expect(guessCountry(hints)).toBeNull();
    }
  });
});
