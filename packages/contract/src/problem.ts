import { z } from 'zod';
import { Scope } from './api-keys.ts';
import { SLOT_EXAMPLE, Slot } from './availability.ts';
import { Id, Timestamp } from './common.ts';

/** RFC 9457 problem details: the one shape of every error under `/api`. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    retryable: z.boolean(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Which fields, for VALIDATION_FAILED'),
    scopes: z.array(Scope).optional().describe('The API key needs one of these, for SCOPE_REQUIRED'),
    services: z.array(z.string()).optional().describe('The services that could be meant: slugs or names'),
    providers: z
      .array(z.string())
      .optional()
      .describe('Names of the providers who could be meant, for WHICH_PROVIDER and PROVIDER_NOT_FOUND'),
    reason: z
      .string()
      .optional()
      .describe('Why no one works then, for OUTSIDE_HOURS; as in GET /api/availability'),
    appointments: z
      .int()
      .optional()
      .describe(
        'How many are still coming up, for HAS_APPOINTMENTS; how many would move, for TIME_ZONE_MOVES_APPOINTMENTS',
      ),
    first: z.array(Timestamp).optional().describe('When the first of those that would move start'),
    until: Timestamp.optional().describe('When the last of them starts'),
    contact_id: Id.optional().describe('The patient to use instead'),
    existing_id: Id.optional().describe(
      'The appointment the patient already has at that time, for ALREADY_BOOKED and SLOT_UNAVAILABLE',
    ),
    alternatives: z
      .array(Slot)
      .optional()
      .describe('Other free times when a time can’t be booked; book one with its slot_id'),
  })
  .meta({
    id: 'Problem',
    example: {
      type: 'urn:voxanne:problem:slot_unavailable',
      title: 'Conflict',
      status: 409,
      detail:
        'That time is already taken. The closest openings are Monday, November 23 at 9:00 AM and Monday, November 23 at 9:15 AM.',
      code: 'SLOT_UNAVAILABLE',
      request_id: '521aca67-eb67-436c-8f98-8bf3ed1351e9',
      retryable: false,
      alternatives: [SLOT_EXAMPLE],
    },
  });
export type Problem = z.infer<typeof Problem>;
