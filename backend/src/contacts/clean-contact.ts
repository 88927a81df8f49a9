import { visibleLine } from '@voxanne/contract';
import { type Phone, readPhone } from '../platform/phone.ts';
import { contactErrors } from './contacts.errors.ts';
import { isPlaceholderEmail, toEmailAddress } from './email-address.ts';
import { type PersonName, readName } from './person-name.ts';
import { digitsOfSpeech } from './spoken-phone.ts';

export interface GivenContact {
  name: string;
  phone: string;
  email?: string | undefined;
  /** The call in which it was given, as signalling has it. */
  call?: GivenCall | undefined;
}

export interface GivenCall {
  from: string | null;
  to: string | null;
}

/** Numbers of the clinic itself. */
export interface OwnNumbers {
  /** The owner's, which calls are transferred to. Owners try the product with it: it is a patient's phone too. */
  phone: string | null;
  /** Those that only machines answer, such as the receptionist's. */
  lines: readonly string[];
}

export interface CleanContact {
  name: string;
  phone: string;
  email: string | null;
  /** What `book_appointment_atomic` has no room for; `fillMissingDetails` keeps it. */
  more: ContactDetails;
}

export interface ContactDetails {
  title: string | null;
  phone_extension: string | null;
  /** Possible, but no operator gave out such a number: kept, and to be asked again. */
  phone_flag: PhoneFlag | null;
  /** Of a call: from the telephone network, or from the mouth of the caller. */
  phone_source: 'caller_id' | 'spoken' | null;
  /** As it was given, where that is not what was kept. */
  name_raw: string | null;
  phone_raw: string | null;
}

export type PhoneFlag = 'unassigned';

/** What a model writes when it knows nothing, or when the caller means the phone in their hand. */
const NO_PHONE_WORDS = new Set(
  [
    'unknown anonymous private withheld restricted blocked unavailable hidden none null nil undefined empty missing',
    'na n a not given provided available applicable specified known',
    'the this that same my their his her i im am is it one number phone line caller callers customer patient id',
    'calling called call from as using use current telephone cell mobile',
  ].flatMap((line) => line.split(' ')),
);
// What telephone exchanges send instead of a withheld number: ANONYMOUS, RESTRICTED and so on, on a keypad.
const WITHHELD = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);
const INVENTED = /(\d)\1{8}|123456789/;
const MAX_KEPT_LENGTH = 200;

/**
 * A contact as it will be stored: the name cased and without its title, the phone in E.164, the email address as mail
 * servers write it. Understands what was spoken ("jane dot doe at gmail dot com", "four one five ...").
 * @throws {AppError} INVALID_NAME, INVALID_PHONE, INVALID_EMAIL.
 */
export function cleanContact(
  given: GivenContact,
  country: string,
  own: OwnNumbers = { phone: null, lines: [] },
): CleanContact {
  const { name, title } = cleanName(given.name, country);
  const { phone, source, isSaid } = phoneOf(given, country, own);
  return {
    name,
    phone: phone.e164,
    email: cleanEmail(given.email),
    more: {
      title,
      phone_extension: phone.extension,
      phone_flag: flagOf(phone),
      phone_source: source,
      name_raw: asGiven(given.name, name, /[^\p{L}\p{N}]/gu),
      phone_raw: isSaid ? asGiven(given.phone, phone.e164, /[^\p{L}\p{N}]|\b0+/gu) : null,
    },
  };
}

/**
 * A model that heard no number repeats the one it knows best, the clinic's: by voice the caller's number is used
 * instead. The owner's own number may be said by someone calling from it, and typed by staff.
 */
function phoneOf(
  { phone: text, call }: GivenContact,
  country: string,
  own: OwnNumbers,
): { phone: Phone; source: ContactDetails['phone_source']; isSaid: boolean } {
  const called = call?.to ? readPhone(call.to, country)?.e164 : undefined;
  const isLine = ({ e164 }: Phone) => own.lines.includes(e164) || e164 === called;
  const phone = cleanPhone(text, country);
  const caller = call?.from ? usablePhone(call.from, country) : null;
  const isCaller = caller?.e164 === phone.e164;
  const isOwners = call !== undefined && phone.e164 === own.phone && !isCaller;
  if (!isLine(phone) && !isOwners) {
    return { phone, source: !call ? null : isCaller ? 'caller_id' : 'spoken', isSaid: true };
  }
  if (caller === null || isLine(caller)) throw contactErrors.ownNumber();
  return { phone: caller, source: 'caller_id', isSaid: false };
}

/** @throws {AppError} INVALID_PHONE: one of the clinic's lines, which no patient answers. */
export function refuseOwnLine({ e164 }: Phone, lines: readonly string[]): void {
  if (lines.includes(e164)) throw contactErrors.ownNumber();
}

/** @throws {AppError} INVALID_NAME: empty, a placeholder, or not a name. */
export function cleanName(text: string, country: string): PersonName {
  const read = readName(text, country);
  if (read === null) {
    throw contactErrors.invalidName();
  }
  return read;
}

/** @throws {AppError} INVALID_PHONE: not a number, a withheld one, or one that was made up. */
export function cleanPhone(text: string, country: string): Phone {
  const phone = usablePhone(text, country);
  if (phone !== null) return phone;
  throw contactErrors.invalidPhone();
}

function usablePhone(text: string, country: string): Phone | null {
  const phone = readPhone(digitsOfSpeech(visibleLine(text.slice(0, MAX_KEPT_LENGTH))), country);
  if (phone === null || text.length > MAX_KEPT_LENGTH || WITHHELD.has(phone.e164)) return null;
  return !phone.assigned && INVENTED.test(phone.e164) ? null : phone;
}

/** The address, or null when nothing was said. @throws {AppError} INVALID_EMAIL. */
export function cleanEmail(text: string | null | undefined): string | null {
  if (text === null || text === undefined || isPlaceholderEmail(text)) return null;
  const email = toEmailAddress(text);
  if (email === null) {
    throw contactErrors.invalidEmail();
  }
  return email;
}

export const flagOf = (phone: Phone): PhoneFlag | null => (phone.assigned ? null : 'unassigned');

/** What was given, unless only its case and punctuation differ from what is kept. */
function asGiven(text: string, kept: string, idle: RegExp): string | null {
  const raw = visibleLine(text);
  const core = (line: string) => line.toLowerCase().replace(idle, '');
  return raw !== '' && core(kept).endsWith(core(raw)) ? null : raw.slice(0, MAX_KEPT_LENGTH);
}

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
