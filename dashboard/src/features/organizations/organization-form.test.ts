import { expect, test } from 'vitest';
import { ApiError } from '../../lib/api/api-error.ts';
import { changes, countryName, movedBy } from './organization-form.ts';

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

test('a refusal that names moved appointments is a question, every other one is not', () => {
  const refused = (code: string) =>
    movedBy(
      new ApiError({
        status: 409,
        code,
        message: 'No.',
        body: { code, appointments: 4, first: ['2190-01-07T14:00:00Z'] },
      }),
    );
  expect(refused('TIME_ZONE_MOVES_APPOINTMENTS')).toMatchObject({ appointments: 4 });
  expect(refused('HAS_APPOINTMENTS')).toBeNull();
  expect(movedBy(null)).toBeNull();
});
