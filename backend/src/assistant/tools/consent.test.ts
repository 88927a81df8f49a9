import { describe, expect, test } from 'vitest';
import { readConsent } from './consent.ts';

describe('an answer to "shall I?"', () => {
  test.each([
    ...[true, 'true', 1, '1', 'yes', 'Yes.', 'YES', 'yes please', 'Yes, please!', 'yeah', 'yep', 'yup', 'y'],
    ...['confirmed', 'Confirm', 'sure', 'Sure, go ahead', 'ok', 'okay', 'um, yes', 'uh, yeah, do it'],
    ...['of course', 'that’s right', 'That is correct', 'please do', 'go ahead', 'sounds good', 'absolutely'],
    ...['yes, no problem', 'Yes, cancel it', 'yes that works', 'sí', 'Sí, por favor', 'all right', 'uh-huh'],
  ])('%j is a yes', (said) => {
    expect(readConsent(said)).toBe('yes');
  });

  test.each([
    ...[
      false,
      'false',
      0,
      'no',
      'No.',
      'nope',
      'no thanks',
      'not yet',
      'don’t',
      'No, yes was a mistake',
      'n',
    ],
  ])('%j is a no', (said) => {
    expect(readConsent(said)).toBe('no');
  });

  test.each([
    ...[
      'yes, but make it 11',
      'yes but not Wednesday',
      'yes, wait',
      'yes, actually no',
      'yes or no',
      'maybe',
    ],
    ...['ok, if you have nothing later', 'sure, at 3', 'yes and no', 'yes unless there is something earlier'],
    ...['yes, at eleven', 'yes, Thursday', 'sure, make it noon', 'okay, tomorrow', 'yes, half past two'],
    ...['the caller agreed', 'what?', 'yes, the other one instead', 'yes, keep it', 'I think so'],
  ])('%j is asked again', (said) => {
    expect(readConsent(said)).toBe('unclear');
  });

  test.each([undefined, null, '', ' ', 'null', '.'])('%j says nothing', (said) => {
    expect(readConsent(said)).toBeUndefined();
  });
});
