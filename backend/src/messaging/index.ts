export { getTwilioCircuitBreakerStatus, resetTwilioCircuitBreaker } from './circuit-breaker.ts';
export type { MessageJobOptions, MessageJobs } from './message-jobs.ts';
export { registerMessageRoutes } from './messages.routes.ts';
export { createMessaging, type Messaging, type MessagingDependencies } from './messaging.ts';
export { type BatchMessage, sendSmsBatch } from './send-sms-batch.ts';
export { type SendSmsOptions, type SendSmsResult, sendSmsWithGuard } from './send-sms-with-guard.ts';
export { registerSmsRoutes } from './sms.routes.ts';
export { registerTwilioWebhooks } from './twilio.webhooks.ts';
export { type TwilioHealth, twilioHealth } from './twilio-health.ts';
