export { answerOnce, receiveEvent } from './inbox.ts';
export type { Job } from './lease-queue.queries.ts';
export {
  type Effects,
  GiveUp,
  type JobHandler,
  RetryLater,
  retryDelayMs,
  startLeaseQueue,
} from './lease-queue.ts';
