import { DeliveryAttempt } from '@voxanne/contract';
import { z } from 'zod';

/** What a worker wrote; a row that someone edited by hand may hold anything. */
const Span = DeliveryAttempt.extend({
  attempt: z.int().catch(0),
  worker: z.string().catch('unknown'),
  // PostgreSQL writes +00:00, JavaScript Z.
  started_at: DeliveryAttempt.shape.started_at.catch(null),
  ms: z.number().catch(0),
  outcome: z.string().catch('unknown'),
  error: z.string().nullish().catch(null),
}).transform(({ error, ...span }) => ({ ...span, error: error ?? null }));

export const readSpans = (spans: unknown): DeliveryAttempt[] => z.array(Span).catch([]).parse(spans);
