export { cleanUp, previewCleanup, startCleanup } from './cleanup.ts';
export { registerDeliveryRoutes } from './deliveries.routes.ts';
export { IdempotencyHeaders, idempotencyHeaders, sendOnce } from './idempotency.ts';
export type { Arrival, InboxEvent, SignatureVerdict } from './inbox.queries.ts';
export { createInbox, type Inbox } from './inbox.ts';
export type { Job } from './lease-queue.queries.ts';
export {
  CONCURRENCY,
  type Effects,
  GiveUp,
  type JobHandler,
  Refused,
  RetryLater,
  retryDelayMs,
  startLeaseQueue,
} from './lease-queue.ts';
export { registerOutgoingRoutes } from './outgoing.routes.ts';
export { maskHeaders } from './redact.ts';
export { startSweep } from './sweep.ts';
export { type Carrier, createCarrier } from './webhook-queue.ts';
