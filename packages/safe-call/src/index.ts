import { createSafeCall } from './create-safe-call.ts';

export type {
  BatchItem,
  BatchItems,
  BatchOptions,
  BatchProgress,
  BatchResults,
  SafeCallBatch,
} from './batch.ts';
export type { CircuitBreakerStatus, Level } from './breaker-status.ts';
export { classify } from './classify.ts';
export { type Clock, createSystemClock } from './clock.ts';
export {
  createSafeCall,
  type SafeCall,
  type SafeCallConfig,
  type SafeCallInstance,
} from './create-safe-call.ts';
export type { Listener, SafeCallEvent, SafeCallEvents } from './emitter.ts';
export { createMemoryHub, type MemoryHub } from './memory-store.ts';
export { USER_MESSAGES, type UserMessages } from './messages.ts';
export type {
  BreakerOptions,
  BulkheadOptions,
  CircuitState,
  HedgeOptions,
  RetryBudgetOptions,
  ServiceBreakerOptions,
} from './policy.ts';
export {
  createRedisStore,
  type RedisCommands,
  type RedisStoreOptions,
  type RedisSubscriber,
} from './redis-store.ts';
export { isSafeCallError, SafeCallError } from './safe-call-error.ts';
export type {
  BreakerId,
  BreakerObserver,
  BreakerStore,
  OpenedBy,
  ProbeLease,
  SharedOpen,
  SharedRules,
  StoreMessage,
} from './store.ts';
export type { TokenRefreshOptions, WithTokenRefresh } from './token-refresh.ts';
export type {
  AttemptRecord,
  CallContext,
  CallDefaults,
  CallError,
  CallFailure,
  CallFunction,
  CallSuccess,
  Classified,
  ClassifyAnswer,
  ErrorKind,
  SafeCallOptions,
  SafeCallResult,
} from './types.ts';
export type { WindowOptions } from './window.ts';

const instance = createSafeCall();

/** The instance that a program shares. Tests make their own with {@link createSafeCall}. */
export const {
  safeCall,
  safeCallBatch,
  withTokenRefresh,
  getCircuitBreakerStatus,
  resetCircuitBreaker,
  forceCircuitBreaker,
  connectStore,
  on,
} = instance;
