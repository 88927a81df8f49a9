import { z } from 'zod';

const turn = z.union([
  z.strictObject({ say: z.string() }),
  z.strictObject({
    tool: z.string(),
    arguments: z.record(z.string(), z.unknown()).default({}),
    /** the same id twice is a redelivery */
    id: z.string().optional(),
  }),
  z.strictObject({ hang_up: z.literal(true) }),
]);
export type Turn = z.infer<typeof turn>;

const requests = z.strictObject({
  patient: z
    .strictObject({
      name: z.string().optional(),
      phone: z.string().optional(),
      email: z.string().optional(),
    })
    .optional(),
  service_type: z.string().optional(),
  slot_index: z.int().min(0).optional(),
  appointment_date: z.string().optional(),
  appointment_time: z.string().optional(),
  scheduled_at: z.string().optional(),
  notes: z.string().optional(),
});
export type CallerRequests = z.infer<typeof requests>;

export const script = z.union([z.array(turn).min(1).max(200), requests]);
export type Script = z.infer<typeof script>;
