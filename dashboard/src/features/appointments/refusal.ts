import { z } from 'zod';
import type { ApiError } from '../../lib/api/api-error.ts';

export interface Refusal {
  title: string;
  message: string;
  alternatives: Alternative[];
  /** False when no answer came: then it may have happened anyway. */
  isCertain: boolean;
  /** Whether an owner may put it there anyway. */
  mayOverbook: boolean;
  /** No one works then: staff may book it on purpose. */
  mayIgnoreHours: boolean;
  /** It changed since it was seen, so it has to be looked at again. */
  isOvertaken: boolean;
}

const Offered = z.object({
  alternatives: z.array(
    z.object({
      slot_id: z.string(),
      start: z.string(),
      end: z.string(),
      provider_id: z.string(),
      provider_name: z.string(),
    }),
  ),
});
export type Alternative = z.infer<typeof Offered>['alternatives'][number];

const offeredBy = (error: ApiError): Alternative[] => Offered.safeParse(error.body).data?.alternatives ?? [];

const titles: Record<string, string> = {
  SLOT_UNAVAILABLE: 'That time is taken',
  ALREADY_BOOKED: 'This patient is already booked then',
  OUTSIDE_HOURS: 'Outside working hours',
  IN_THE_PAST: 'That time has passed',
  BEYOND_HORIZON: 'Too far ahead',
  CHANGED_MEANWHILE: 'This appointment just changed',
  OFFLINE: 'You’re offline',
  UNREACHABLE: 'No answer from Voxanne',
};

/** What a person reads when a change is refused, and what they can do instead. */
export function refusalOf(error: ApiError): Refusal {
  const alternatives = offeredBy(error);
  return {
    title: titles[error.code] ?? 'That didn’t work',
    // The sentence names times as well; the buttons say them better.
    message:
      alternatives.length === 0
        ? error.message
        : (error.message.split(' The closest opening')[0] ?? error.message),
    alternatives,
    isCertain: error.code === 'OFFLINE' || (error.status >= 400 && error.status < 500),
    mayOverbook: error.code === 'SLOT_UNAVAILABLE' || error.code === 'ALREADY_BOOKED',
    mayIgnoreHours: error.code === 'OUTSIDE_HOURS',
    isOvertaken: error.code === 'CHANGED_MEANWHILE',
  };
}
