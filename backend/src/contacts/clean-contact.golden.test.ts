import { describe, expect, test } from 'vitest';
import { cleanContact, cleanEmail } from './clean-contact.ts';
import { suggestedEmail } from './email-address.ts';
import { golden, shown, written } from './testdata/golden.ts';

const given = { name: 'Maria Lopez', phone: '+1 415 555 0132' };
const codeOf = (work: () => unknown) => {
  try {
    return { kept: work() };
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the golden set of contacts', () => {
  test('has at least 150 cases', () => {
    const cases = Object.values(golden).flat().length;
    expect(cases).toBeGreaterThanOrEqual(150);
  });

  test.each(golden.names.map((one) => ({ one, told: shown(one[0]) })))('name $told', ({ one }) => {
    const [text, country, name, title = null] = one;
    const kept = cleanContact({ ...given, name: text }, country);
    expect([kept.name, kept.more.title]).toEqual([name, title]);
  });

  test.each(golden.names.map(([, country, name]) => ({ country, name })))(
    'what became $name stays so when it is read again',
    ({ country, name }) => {
      expect(cleanContact({ ...given, name }, country).name).toBe(name);
    },
  );

  test.each(golden.no_names.map((one) => ({ one, told: shown(one) })))('no name: $told', ({ one }) => {
    expect(codeOf(() => cleanContact({ ...given, name: written(one) }, 'US'))).toBe('INVALID_NAME');
  });

  test.each(golden.phones)('phone %j in %s', (text, country, e164, more = {}) => {
    const kept = cleanContact({ ...given, phone: text }, country);
    expect([kept.phone, kept.more.phone_extension, kept.more.phone_flag]).toEqual([
      e164,
      more.ext ?? null,
      more.flag ?? null,
    ]);
  });

  test.each(golden.no_phones.map(([one, country]) => ({ one, country, told: shown(one) })))(
    'no phone: $told',
    ({ one, country }) => {
      expect(codeOf(() => cleanContact({ ...given, phone: written(one) }, country))).toBe('INVALID_PHONE');
    },
  );

  const clinic = { phone: '+12125550100', lines: ['+12125550177', '+442079460958'] };
  test.each(golden.own_numbers)('of the clinic: $text in the call $call is $kept', (one) => {
    const { text, call, kept, source } = one;
    const contact = { ...given, phone: text, ...(call && { call }) };
    const clean = () => cleanContact(contact, 'US', clinic);
    if (kept === 'INVALID_PHONE') {
      expect(clean).toThrow('That’s the clinic’s own number. Ask for the patient’s number.');
      expect(codeOf(clean)).toBe('INVALID_PHONE');
    } else expect(clean()).toMatchObject({ phone: kept, more: { phone_source: source } });
  });

  test.each(golden.emails)('email address %j', (text, address) => {
    expect(cleanEmail(text)).toBe(address);
    expect(cleanEmail(address)).toBe(address);
  });

  test.each(golden.no_emails.map((one) => ({ one, told: shown(one) })))(
    'no email address: $told',
    ({ one }) => {
      expect(codeOf(() => cleanEmail(written(one)))).toBe('INVALID_EMAIL');
    },
  );

  test.each(golden.nothing_said)('%j says that there is no email address', (text) => {
    expect(cleanEmail(text)).toBeNull();
  });

  test.each(golden.suggestions)('of %s it is asked whether %s was meant', (address, meant) => {
    expect(suggestedEmail(address)).toBe(meant);
    expect(cleanEmail(address)).toBe(address);
  });
});
