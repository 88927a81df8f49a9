import { z } from 'zod';

const Time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/);

/** ISO weekday to the wall-clock windows of that day. */
export const WorkingHours = z.partialRecord(
  z.enum(['1', '2', '3', '4', '5', '6', '7']),
  z.array(z.tuple([Time, Time])),
);

export type WorkingHours = z.infer<typeof WorkingHours>;
