import { expect, test } from 'vitest';
import { changes, countryName } from './organization-form.ts';

const before = {
  name: 'Lovelace Clinic',
  phone: '',
  public_phone: '',
  time_zone: 'Europe/Berlin',
  country: 'DE',
};

test('only what was changed is sent', () => {
  expect(changes(before, { ...before })).toEqual({});
  expect(changes(before, { ...before, name: ' New name ', country: 'at' })).toEqual({
    name: 'New name',
    country: 'AT',
  });
});

test('an emptied phone is taken away', () => {
  expect(changes({ ...before, phone: '+49301' }, before)).toEqual({ phone: null });
  expect(changes(before, { ...before, public_phone: ' 030 1 ' })).toEqual({ public_phone: '030 1' });
});

test('a country is read back by its name', () => {
  expect(countryName('us')).toBe('United States');
  expect(countryName('1')).toBeNull();
});
