import { z } from 'zod';

const KINDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a date',
};
const FORMS: Record<string, string> = {
  guid: 'Not an id',
  uuid: 'Not an id',
  datetime: 'Not a time with its offset, such as 2026-11-23T09:00:00-05:00',
  date: 'Not a date, such as 2026-11-23',
  time: 'Not a time of day, such as 09:00',
  email: 'Not an email address',
  url: 'Not a web address',
};
const NAMES_SHOWN = 5;
const SHOWN_LENGTH = 40;

/** What is wrong with a field, beside its name on a form or in an answer. Zod's own words speak of types and patterns. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'Missing' : `Must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'Less than' : 'At most'} ${amount(issue.maximum, issue.origin)}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty';
      return `${issue.inclusive === false ? 'More than' : 'At least'} ${amount(issue.minimum, issue.origin)}`;
    case 'invalid_format':
      return FORMS[issue.format] ?? 'Not in the expected form';
    case 'invalid_value':
      return issue.values.length === 1
        ? `Must be ${String(issue.values[0])}`
        : `Must be one of: ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `Unknown field${issue.keys.length === 1 ? '' : 's'}: ${issue.keys
        .slice(0, NAMES_SHOWN)
        .map((key) => key.slice(0, SHOWN_LENGTH))
        .join(', ')}`;
    case 'invalid_union':
      return 'Not in an allowed form';
    default:
      return undefined;
  }
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} ${Number(limit) === 1 ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set') return `${limit} ${Number(limit) === 1 ? 'entry' : 'entries'}`;
  return String(limit);
}

z.config({ customError: inWords });
