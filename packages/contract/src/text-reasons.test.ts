import { expect, test } from 'vitest';
import { noTextReason, resendRefusal, textReason } from './text-reasons.ts';

test.each([
  '21610',
  '21614',
  '30003',
  '30004',
  '30005',
  '30006',
  '30007',
  '30008',
  '63016',
  'STOPPED',
  'EXPIRED',
])('why a text did not arrive is said in words for %s, without the code', (code) => {
  const reason = textReason('failed', code) ?? '';
  expect(reason).toMatch(/^[A-Z].*\.$/);
  expect(reason).not.toContain(code);
});

test('a code that no one has heard of is named, so that it can be looked up', () => {
  expect(textReason('undelivered', '30999')).toBe('Twilio couldn’t deliver the text (error 30999).');
  expect(textReason('failed', null)).toContain('didn’t say why');
});

test('a text that is still tried has not failed, and one that arrived needs no reason', () => {
  expect(textReason('queued', 'HTTP_503')).toBe('Twilio couldn’t take the text yet. We keep trying.');
  expect(textReason('delivered', null)).toBeNull();
  expect(noTextReason(null)).toBeNull();
});

test('STOP is said of the text as what was, and of the number as what is: START may have come between', () => {
  for (const code of ['STOPPED', '21610']) {
    expect(textReason('failed', code)).toBe('The patient had sent STOP, so this text wasn’t sent.');
  }
  expect(noTextReason('STOPPED')).toMatch(/we can’t text them\. They can text START/);
});

test('a text that is not sent again leads to a call', () => {
  expect(resendRefusal('STOPPED')).toMatch(/sent STOP.*Please call the patient\.$/);
  expect(resendRefusal('OUT_OF_DATE')).toContain('is out of date');
});
