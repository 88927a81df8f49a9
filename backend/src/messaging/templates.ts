import { readablePhone } from '../platform/phone.ts';
import { plainLength, toPlainSms } from './gsm7.ts';

const ONE_PART = 160;
// Parts of a longer text carry a header each.
const TWO_PARTS = 2 * 153;

export interface Confirmation {
  organizationName: string;
  timeZone: string;
  scheduledAt: Date;
  now: Date;
  /** What caused this text. Default booked. */
  change?: 'booked' | 'moved' | 'restored' | undefined;
  /** Where the patient moves or cancels it. Last in the text: phones would take a period as part of it. */
  link: string;
}

const WORDS = { booked: 'is booked for', moved: 'is now on', restored: 'is back on:' } as const;

/** The text after a booking and after each change of its time. It never names the service: others may read it. */
export function confirmationText(confirmation: Confirmation): string {
  const { organizationName, timeZone, scheduledAt, now, change = 'booked', link } = confirmation;
  const when = spokenTime(scheduledAt, timeZone, now);
  return withName(
    organizationName,
    (name) => `${name}: your appointment ${WORDS[change]} ${when}. To move or cancel it: ${link}`,
    TWO_PARTS,
  );
}

export interface Cancellation extends Omit<Confirmation, 'change' | 'link'> {
  /** What patients call, in E.164. */
  phone: string | null;
}

/** The text after a cancellation, by the clinic or by the patient. */
export function cancellationText(cancellation: Cancellation): string {
  const { organizationName, timeZone, scheduledAt, now, phone } = cancellation;
  const call = phone === null ? 'For a new one, please call us.' : `To rebook, call ${readablePhone(phone)}.`;
  const when = spokenTime(scheduledAt, timeZone, now);
  return withName(organizationName, (name) => `${name}: your appointment on ${when} is canceled. ${call}`);
}

export interface WaitlistOffer {
  organizationName: string;
  timeZone: string;
  scheduledAt: Date;
  expiresAt: Date;
  now: Date;
  link: string;
}

/** The text to the next person on the waitlist. */
export function waitlistOfferText(offer: WaitlistOffer): string {
  const { organizationName, timeZone, scheduledAt, expiresAt, now, link } = offer;
  const when = spokenTime(scheduledAt, timeZone, now);
  const until = clockTime(expiresAt, timeZone);
  return withName(
    organizationName,
    (name) => `${name}: ${when} just opened up. We're holding it for you until ${until}. Yes or no: ${link}`,
    TWO_PARTS,
  );
}

/** The text to the owner once everything is linked. */
export function systemReadyText({ organizationName }: { organizationName: string }): string {
  return withName(
    organizationName,
    (name) => `Voxanne is ready for ${name}: your calendar is linked and your receptionist can book.`,
  );
}

function spokenTime(at: Date, timeZone: string, now: Date): string {
  const yearOf = (date: Date) => new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric' }).format(date);
  const year = yearOf(at) === yearOf(now) ? {} : { year: 'numeric' as const };
  const day = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    ...year,
  }).format(at);
  return toPlainSms(`${day} at ${clockTime(at, timeZone)}`);
}

function clockTime(at: Date, timeZone: string): string {
  const time = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', minute: '2-digit' }).format(at);
  // Intl puts a narrow no-break space before AM, which alone would halve the size of a part.
  return toPlainSms(time);
}

/** Shortens the name, never the sentence, when the text would not have room. */
function withName(name: string, sentence: (name: string) => string, room = ONE_PART): string {
  const whole = toPlainSms(name.replace(/\s+/g, ' '));
  const text = sentence(whole);
  const length = plainLength(text);
  if (length === undefined || length <= room) return text;
  const left = whole.length - (length - room) - '...'.length;
  return sentence(`${whole.slice(0, left).replace(/[\s,.&-]+$/, '')}...`);
}
