import { describe, expect, test } from 'vitest';
import { plainLength, toPlainSms } from './gsm7.ts';
import { cancellationText, confirmationText, systemReadyText, waitlistOfferText } from './templates.ts';

const monday = {
  organizationName: 'Bright Smiles',
  timeZone: 'America/New_York',
  scheduledAt: new Date('2026-11-23T14:00:00Z'),
  now: new Date('2026-11-20T12:00:00Z'),
  link: `https://voxanne.example/a/${'x'.repeat(41)}`,
};

describe('the confirmation', () => {
  test('says the clinic, the day and the time on the clinic’s wall', () => {
    expect(confirmationText(monday)).toBe(
      `Bright Smiles: your appointment is booked for Monday, November 23 at 9:00 AM. To move or cancel it: ${monday.link}`,
    );
    expect(confirmationText({ ...monday, timeZone: 'Asia/Tokyo' })).toContain(
      'Monday, November 23 at 11:00 PM',
    );
  });

  test('says what brought it about', () => {
    expect(confirmationText({ ...monday, change: 'moved' })).toBe(
      `Bright Smiles: your appointment is now on Monday, November 23 at 9:00 AM. To move or cancel it: ${monday.link}`,
    );
    expect(confirmationText({ ...monday, change: 'restored' })).toContain('is back on: Monday, November 23');
  });

  test('the text about a cancellation names the number to call, if the clinic has one for patients', () => {
    const canceled = 'Bright Smiles: your appointment on Monday, November 23 at 9:00 AM is canceled.';
    expect(cancellationText({ ...monday, phone: '+12125550188' })).toBe(
      `${canceled} To rebook, call +1 212 555 0188.`,
    );
    expect(cancellationText({ ...monday, phone: null })).toBe(`${canceled} For a new one, please call us.`);
    const long = { ...monday, organizationName: 'Zahnärzte '.repeat(20), phone: '+4915123456789' };
    expect(plainLength(cancellationText(long))).toBeLessThanOrEqual(160);
    expect(cancellationText(long)).toMatch(/To rebook, call \+49[\d ]+\.$/);
  });

  test('names the year only when it is not this one, as the clinic counts years', () => {
    const newYear = { ...monday, scheduledAt: new Date('2027-01-04T15:00:00Z') };
    expect(confirmationText(newYear)).toContain('Monday, January 4, 2027 at 10:00 AM');
    const alreadyNew = { ...newYear, timeZone: 'Asia/Tokyo', now: new Date('2026-12-31T16:00:00Z') };
    expect(confirmationText(alreadyNew)).toContain('Tuesday, January 5 at 12:00 AM');
  });

  test('fits two parts of plain text, whatever typography the name has, and shortens the name before the sentence', () => {
    for (const organizationName of [
      'Dr. O’Neill – “Smiles”',
      'Praxis Müller & Söhne',
      'Zahnärzte '.repeat(12),
    ]) {
      const text = confirmationText({ ...monday, organizationName });
      expect(plainLength(text), text).toBeLessThanOrEqual(2 * 153);
      expect(text).toMatch(/at 9:00 AM\. To move or cancel it: https:\S+x$/);
    }
  });

  test('keeps a name in another script', () => {
    expect(confirmationText({ ...monday, organizationName: '光 歯科 🦷' })).toMatch(/^光 歯科: your/);
  });
});

test('an offer from the waitlist says until when it is kept', () => {
  const offer = { ...monday, expiresAt: new Date('2026-11-20T19:15:00Z') };
  expect(waitlistOfferText(offer)).toBe(
    `Bright Smiles: Monday, November 23 at 9:00 AM just opened up. We're holding it for you until 2:15 PM. Yes or no: ${monday.link}`,
  );
  const long = waitlistOfferText({ ...offer, organizationName: 'Zahnärzte '.repeat(20) });
  expect(plainLength(long)).toBeLessThanOrEqual(2 * 153);
});

test('the owner hears that everything is linked', () => {
  expect(systemReadyText(monday)).toBe(
    'Voxanne is ready for Bright Smiles: your calendar is linked and your receptionist can book.',
  );
});

describe('the plain alphabet', () => {
  test.each([
    ['“Hi” – it’s…', '"Hi" - it\'s...'],
    ['Crêpe façade', 'Crepe facade'],
    ['Müller é ß', 'Müller é ß'],
    ['9:00\u202fAM', '9:00 AM'],
    ['Łódź œuvre', 'Lodz oeuvre'],
  ])('%s becomes %s', (text, plain) => {
    expect(toPlainSms(text)).toBe(plain);
    expect(plainLength(plain)).toBeDefined();
  });

  test('counts brackets and the euro twice', () => {
    expect(plainLength('a€[')).toBe(5);
    expect(plainLength('ê')).toBeUndefined();
  });
});
