import { expect, test } from 'vitest';
import { emergencyNumber } from './emergency-number.ts';

test.each([
  ['US', '911'],
  ['CA', '911'],
  ['MX', '911'],
  ['PR', '911'],
  ['GB', '999'],
  ['IE', '112'],
  ['DE', '112'],
  ['ES', '112'],
  ['IN', '112'],
  ['AU', '000'],
  ['NZ', '111'],
  ['JP', '119'],
  ['BR', '192'],
  ['CH', '144'],
  ['NO', '113'],
  ['SG', '995'],
  ['gb', '999'],
])('in %s it is %s', (country, number) => expect(emergencyNumber(country)).toBe(number));

test.each(['ZZ', 'AQ', 'UK', '', 'USA', 'constructor', null])('of %s nothing is claimed', (country) => {
  expect(emergencyNumber(country)).toBe('your local emergency number');
});

test('each country with its own number has the code that ISO has for it', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => `${first}${second}`));
  const known = codes.filter((code) => /^\d{3,4}$/.test(emergencyNumber(code)));
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  expect(known.length).toBeGreaterThan(100);
  for (const country of known) expect(names.of(country), country).toBeDefined();
});

test('each state of the European Union has 112', () => {
  const states = 'AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(
    ' ',
  );
  expect(states).toHaveLength(27);
  for (const state of states) expect(emergencyNumber(state), state).toBe('112');
});
