import { toE164 } from '../platform/phone.ts';
import { bookingErrors } from './booking.errors.ts';

export interface GivenContact {
  name: string;
  phone: string;
  email?: string | undefined;
}

export interface CleanContact {
  name: string;
  phone: string;
  email: string | null;
}

const PLACEHOLDERS = new Set([
  'unknown',
  'anonymous',
  'na',
  'none',
  'null',
  'undefined',
  'test',
  'notprovided',
]);
const LONGEST_NAME = 120;

/**
 * A contact as it will be stored. Letters' case is SQL's; here is what SQL cannot judge.
 * @throws {AppError} INVALID_NAME, INVALID_PHONE, INVALID_EMAIL.
 */
export function cleanContact(given: GivenContact, country: string): CleanContact {
  const name = given.name
    .normalize('NFC')
    // Control, bidirectional and zero-width characters: invisible, and able to turn a name around on a screen.
    .replace(/\p{C}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (!/\p{L}/u.test(name) || name.length > LONGEST_NAME || isPlaceholder(name)) {
    throw bookingErrors.refused(
      'INVALID_NAME',
      'The patient’s name is missing. Ask for first and last name.',
    );
  }
  const phone = isPlaceholder(given.phone) ? null : toE164(given.phone, country);
  if (phone === null) {
    throw bookingErrors.refused(
      'INVALID_PHONE',
      'That is not a phone number that can be called or texted. Check it digit by digit, with the area code.',
    );
  }
  const email = given.email?.trim().normalize('NFKC').toLowerCase() ?? '';
  if (email !== '' && !/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(email)) {
    throw bookingErrors.refused(
      'INVALID_EMAIL',
      'That is not an e-mail address. Leave it out, or ask for it again.',
    );
  }
  return { name, phone, email: email === '' ? null : email };
}

const isPlaceholder = (text: string): boolean => PLACEHOLDERS.has(text.toLowerCase().replace(/[^a-z]/g, ''));
