export { answerOnce, type InboxEvent, receiveEvent } from './inbox.ts';
export type { Job } from './lease-queue.queries.ts';
export {
  type Effects,
  GiveUp,
  type JobHandler,
  type LeaseQueue,
  RetryLater,
  retryDelayMs,
  startLeaseQueue,
} from './lease-queue.ts';
