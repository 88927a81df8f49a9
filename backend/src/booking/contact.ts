import { toE164 } from '../platform/phone.ts';
import { bookingErrors } from './booking.errors.ts';
import { visibleLine } from './text.ts';

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

const NO_NAMES = new Set(['unknown', 'anonymous', 'na', 'none', 'null', 'undefined', 'test', 'notprovided']);
/** What a model writes into a field of which it knows nothing, or that the caller means the phone in their hand. */
const NO_PHONE_WORDS = new Set(
  [
    'unknown anonymous private withheld restricted blocked unavailable hidden none null nil undefined empty missing',
    'na n a not given provided available applicable specified known',
    'the this that same my their his her i im am is it one number phone line caller callers customer patient id',
    'calling called call from as using use current telephone cell mobile',
  ].flatMap((line) => line.split(' ')),
);
// What telephone exchanges put in the place of a withheld number: ANONYMOUS, RESTRICTED and so on, on a keypad.
const WITHHELD = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);
const LONGEST_NAME = 120;

/**
 * A contact as it will be stored. Letters' case is SQL's; here is what SQL cannot judge.
 * @throws {AppError} INVALID_NAME, INVALID_PHONE, INVALID_EMAIL.
 */
export function cleanContact(given: GivenContact, country: string): CleanContact {
  const name = visibleLine(given.name);
  if (!/\p{L}/u.test(name) || name.length > LONGEST_NAME || isNoName(name)) {
    throw bookingErrors.refused(
      'INVALID_NAME',
      'The patient’s name is missing. Ask for first and last name.',
    );
  }
  const phone = toE164(given.phone, country);
  if (phone === null || WITHHELD.has(phone)) {
    throw bookingErrors.refused(
      'INVALID_PHONE',
      'That is not a phone number that can be called or texted. Check it digit by digit, with the area code.',
    );
  }
  const email = given.email?.trim().normalize('NFKC').toLowerCase() ?? '';
  if (email !== '' && (/\p{C}/u.test(email) || !/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(email))) {
    throw bookingErrors.refused(
      'INVALID_EMAIL',
      'That is not an e-mail address. Leave it out, or ask for it again.',
    );
  }
  return { name, phone, email: email === '' ? null : email };
}

const isNoName = (text: string): boolean => NO_NAMES.has(text.toLowerCase().replace(/[^a-z]/g, ''));

/** Whether a spoken phone says nothing: "unknown", "N/A", "same number", "{{customer.number}}". Digits always say something. */
export function isPlaceholderPhone(text: string): boolean {
  if (/\p{N}/u.test(text)) return false;
  const words =
    text
      .toLowerCase()
      .replace(/['’]/g, '')
      .match(/\p{L}+/gu) ?? [];
  return words.every((word) => NO_PHONE_WORDS.has(word));
}
