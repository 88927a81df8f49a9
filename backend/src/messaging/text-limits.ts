/** How many texts a clinic may send by hand. Our own texts, such as confirmations, are not counted. */
export interface TextLimits {
  /** For so many days after its sign-up a clinic is new. */
  newDays: number;
  newPerHour: number;
  newPerDay: number;
  perHour: number;
  perDay: number;
}

/** A new clinic has proved nothing yet, and its texts come from a number that the patients of all clinics know. */
const LIVE: TextLimits = { newDays: 30, newPerHour: 20, newPerDay: 60, perHour: 200, perDay: 1_000 };
/** Nothing leaves the machine; enough for every test and trial, and still a limit. */
const SANDBOX: TextLimits = { newDays: 30, newPerHour: 500, newPerDay: 2_000, perHour: 500, perDay: 2_000 };

export const textLimitsOf = (mode: 'sandbox' | 'live'): TextLimits => (mode === 'live' ? LIVE : SANDBOX);
