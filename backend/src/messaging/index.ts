export { registerMessageRoutes } from './messages.routes.ts';
export { createMessaging, type Messaging } from './messaging.ts';
export { registerSenderRoutes } from './senders.routes.ts';
export { registerSmsRoutes } from './sms.routes.ts';
export { registerTwilioWebhooks } from './twilio.webhooks.ts';
