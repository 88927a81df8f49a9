import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

const OLD_MEXICAN = /^\+521\d{10}$/;
const LONGEST = 250;
// Premium rate, satellite, international networks, and ranges that fraud uses: no patient has such a number, and a text
// to one costs. In SQL: app_private.is_charged_number.
const CHARGED = /^\+(1900|37281|4470|800|808|87|88[1-57-9]|979|991)/;
const CHARGED_KINDS: readonly (string | undefined)[] = ['PREMIUM_RATE', 'SHARED_COST'];

export interface Phone {
  /** E.164, without the extension: a text goes to the line, not to a desk. */
  e164: string;
  extension: string | null;
  /** Whether its operator has given out numbers like this one. */
  assigned: boolean;
}

/**
 * A phone number, or null when it cannot be one, or is one that charges its callers. A number that is possible but not assigned is kept, and says so:
 * refusing it would lose the patient. The same rule is in SQL (`app_private.normalize_phone`).
 */
export function readPhone(text: string, country: string): Phone | null {
  // The parser answers a longer text than this with nothing as well, after having looked through all of it.
  if (text.length > LONGEST) return null;
  const defaultCountry = isSupportedCountry(country) ? country : 'US';
  const parse = (spelling: string) =>
    parsePhoneNumberFromString(spelling, { defaultCountry, extract: false });
  let parsed = parse(text);
  const extension = parsed?.ext ?? null;
  // Mexico dropped the 1 before mobile numbers in 2019; old address books still have it.
  if (parsed && OLD_MEXICAN.test(parsed.number)) parsed = parse(parsed.number.replace('+521', '+52'));
  // "49 151 ..." without its plus: a number of the country itself would have its 0 there.
  const digits = text.replace(/\D/g, '');
  if (!text.includes('+') && digits.startsWith(getCountryCallingCode(defaultCountry))) {
    const international = parse(`+${digits}`);
    const isNational =
      parsed?.isValid() && (parsed.getType() === 'MOBILE' || parse(`0${digits}`)?.number !== parsed.number);
    if (international?.isValid() && !isNational) parsed = international;
  }
  if (!parsed?.isPossible()) return null;
  const e164: string = parsed.number;
  const northAmerican = e164.startsWith('+1');
  if (northAmerican ? !/^\+1[2-9]\d{9}$/.test(e164) : !/^\+[1-9]\d{7,14}$/.test(e164)) return null;
  if (CHARGED.test(e164) || CHARGED_KINDS.includes(parsed.getType())) return null;
  return { e164, extension, assigned: parsed.isValid() };
}

/** A phone number in E.164, or null when it cannot be one. */
export const toE164 = (text: string, country: string): string | null =>
  readPhone(text, country)?.e164 ?? null;

/** For people to read: +1 212 555 0100. */
export const readablePhone = (e164: string): string =>
  parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;

let countryByZone: Map<string, CountryCode> | undefined;

/** The country a phone number without prefix most likely belongs to: by the number itself, else by the time zone. */
export function guessCountry(hints: { phone?: string; timeZone?: string }): CountryCode | null {
  const own =
    hints.phone === undefined ? undefined : parsePhoneNumberFromString(hints.phone, { extract: false });
  if (own?.country) return own.country;
  countryByZone ??= new Map(
    getCountries().flatMap((country) => zonesOf(country).map((zone) => [zone, country] as const)),
  );
  return (hints.timeZone && countryByZone.get(canonicalZone(hints.timeZone))) || null;
}

// Not in TypeScript's Intl yet; Node has it (ECMA-402 Intl Locale Info).
function zonesOf(country: CountryCode): string[] {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    getTimeZones?: () => string[] | undefined;
  };
  return locale.getTimeZones?.() ?? [];
}

const canonicalZone = (zone: string): string => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return zone;
  }
};
