/**
 * Whom to call for an ambulance, by ISO country. Only numbers that are the country's own for that and reach it at once.
 * Where regions or services have numbers of their own, or sources differ, the country is left out and the caller hears
 * general words: a wrong number costs more than none.
 *
 * Sources: EU, 112 by Directive (EU) 2018/1972, article 109; the United States and Canada, 911 by 47 CFR 9.4 and the
 * CRTC; the others by their national numbering plans (ITU, E.129) and what their ambulance services announce.
 */
const BY_NUMBER: Record<string, string> = {
  '911': 'AG AI AS AW BM BS BZ CA CR DO EC GU HN JO KN KY LC MP MX PA PH PR PY SV TC US UY VI',
  '112':
    'AT AX BE BG CY CZ DE DK EE ES FI FO FR GE GF GL GP GR HR HU IE IN IS IT KW LI LT LU LV MC MD MQ MT NL PL PT RE RO SE SI SK SM TR VA YT',
  '999': 'BD BH FK GB GG GI HK IM JE KE MO MY QA',
  '000': 'AU CC CX NF',
  '101': 'IL',
  '107': 'AR',
  '111': 'NZ',
  '113': 'NO SJ',
  '115': 'VN',
  '119': 'JP KH KR TW',
  '120': 'CN',
  '123': 'CO EG',
  '131': 'CL',
  '140': 'LB',
  '144': 'CH',
  '192': 'BR',
  '194': 'MK RS',
  '991': 'BN',
  '995': 'SG',
  '997': 'SA',
  '998': 'AE',
  '1122': 'PK',
  '1669': 'TH',
};

const BY_COUNTRY = new Map(
  Object.entries(BY_NUMBER).flatMap(([number, countries]) =>
    countries.split(' ').map((country): [string, string] => [country, number]),
  ),
);

/** As a sentence has it behind "call": the number, or words where none is certain. */
export const emergencyNumber = (country: string | null): string =>
  BY_COUNTRY.get((country ?? '').toUpperCase()) ?? 'your local emergency number';
