export { registerCalendarRoutes } from './calendar.routes.ts';
export { createGoogleClient, type GoogleClient } from './google.client.ts';
export { calendarPushHandler, registerGoogleWebhooks } from './google.webhooks.ts';
export { createLinkCalendar, type LinkCalendar } from './link-calendar.ts';
export { pushEvent } from './push-event.ts';
export { testCalendar } from './test-calendar.ts';
export { type CalendarTokens, createCalendarTokens } from './tokens.ts';
