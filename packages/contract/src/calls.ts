import { z } from 'zod';
import { singleLine } from './text.ts';

/** A scripted caller, in sandbox mode only. */
export const SimulatedCallRequest = z
  .strictObject({
    from: singleLine(32).min(3).default('+14155550132'),
    patient_name: singleLine(120).min(1).optional(),
    service_type: singleLine(80).min(1).optional(),
  })
  .meta({ id: 'SimulatedCallRequest' });
export type SimulatedCallRequest = z.infer<typeof SimulatedCallRequest>;

export const SimulatedCallStarted = z.object({ call_id: z.string() }).meta({ id: 'SimulatedCallStarted' });

export const SimulatedCall = z
  .object({
    call_id: z.string(),
    status: z.string(),
    ended_reason: z.string().nullable(),
    transcript: z.array(z.object({ role: z.enum(['assistant', 'user']), text: z.string(), at: z.string() })),
    tool_calls: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        result: z.string().nullable(),
        error: z.string().nullable(),
        ms: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'SimulatedCall' });
export type SimulatedCall = z.infer<typeof SimulatedCall>;
