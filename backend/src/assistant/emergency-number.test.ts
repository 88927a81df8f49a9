import { expect, test } from 'vitest';
import { countriesWithEmergencyNumber, emergencyNumber } from './emergency-number.ts';

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

test('every country stands in the table once, by the code that ISO has for it', () => {
  const countries = countriesWithEmergencyNumber();
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  expect(countries.length).toBeGreaterThan(100);
  for (const [country, number] of countries) {
    expect(country).toMatch(/^[A-Z]{2}$/);
    expect(names.of(country), country).toBeDefined();
    expect(number).toMatch(/^\d{3,4}$/);
  }
  expect(new Set(countries.map(([country]) => country)).size).toBe(countries.length);
});

test('each state of the European Union has 112', () => {
  const states = 'AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(
    ' ',
  );
  expect(states).toHaveLength(27);
  for (const state of states) expect(emergencyNumber(state), state).toBe('112');
});
