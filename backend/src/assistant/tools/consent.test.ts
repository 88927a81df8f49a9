import { describe, expect, test } from 'vitest';
import { readConsent } from './consent.ts';

describe('an answer to "should I?"', () => {
  test.each([
    ...[true, 'true', 1, '1', 'yes', 'Yes.', 'YES', 'yes please', 'Yes, please!', 'yeah', 'yep', 'yup', 'y'],
    ...['confirmed', 'Confirm', 'sure', 'Sure, go ahead', 'ok', 'okay', 'um, yes', 'uh, yeah, do it'],
    ...['of course', 'that’s right', 'That is correct', 'please do', 'go ahead', 'sounds good', 'absolutely'],
    ...['yes, no problem', 'Yes, cancel it', 'yes that works', 'sí', 'Sí, por favor', 'all right', 'uh-huh'],
    ...[
      'hmm yes',
      'actually yes',
      'ja',
      'yes, sir',
      'yes, thank you so much',
      'yes, I would',
      'Yes, that’s fine',
    ],
    ...[
      'yes please cancel my appointment',
      'yes, I want to cancel it',
      'yes yes yes',
      'I said yes',
      'mm-hmm',
    ],
  ])('%j is a yes', (said) => {
    expect(readConsent(said, 'cancel')).toBe('yes');
  });

  test.each(['yes, move it', 'yes please change the appointment', 'reschedule it, yes'])(
    '%j is a yes to moving, and none to canceling',
    (said) => {
      expect(readConsent(said, 'move')).toBe('yes');
      expect(readConsent(said, 'cancel')).toBe('unclear');
    },
  );

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
    ...[
      'I said no',
      'I don’t think so',
      'hell no',
      'actually no',
      'hmm, no',
      'please don’t',
      'of course not',
    ],
    ...['I don’t want to', 'leave it', 'absolutely not', 'I’d rather not'],
  ])('%j is a no', (said) => {
    expect(readConsent(said, 'cancel')).toBe('no');
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
    ...[
      'yes for the other one',
      'yes the second one',
      'yes on Friday',
      'yes cancel both',
      'yes I changed my mind',
    ],
    ...['yes let me check', 'yes let me think', 'yes call me back', 'yes in a minute', 'yes for my husband'],
    ...[
      'I don’t know',
      'yes, what time is it?',
      'sure you said ten?',
      'yes I can hear you',
      `yes ${'that is fine '.repeat(50)}`,
    ],
  ])('%j is asked again', (said) => {
    expect(readConsent(said, 'cancel')).toBe('unclear');
  });

  test.each([undefined, null, '', ' ', 'null', '.'])('%j says nothing', (said) => {
    expect(readConsent(said, 'cancel')).toBeUndefined();
  });
});
