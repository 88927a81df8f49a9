import type { HealthIntegrations, HealthStatus } from '@voxanne/contract';
import type { ToneName } from '../../lib/theme/colors.ts';

const statuses: Record<HealthStatus, { word: string; tone: ToneName }> = {
  healthy: { word: 'Healthy', tone: 'ok' },
  degraded: { word: 'Degraded', tone: 'warn' },
  critical: { word: 'Critical', tone: 'bad' },
};
export const healthView = (status: HealthStatus) => statuses[status];

const breakers = {
  closed: { word: 'Closed', tone: 'ok' },
  half_open: { word: 'Half open', tone: 'warn' },
  open: { word: 'Open', tone: 'bad' },
} as const;
export const breakerView = (state: keyof typeof breakers) => breakers[state];

const services: Record<string, string> = {
  google_calendar_events: 'Google Calendar: events',
  google_calendar_freebusy: 'Google Calendar: free and busy',
  google_oauth: 'Google: sign-in',
  twilio_sms: 'Twilio: SMS',
  twilio_whatsapp: 'Twilio: WhatsApp',
  vapi: 'Vapi',
  slack: 'Slack',
};
export const breakerName = (name: string) => services[name] ?? name;

/** Icon and word carry the status here; the symbol in front of the API's sentence would say it twice. */
export const withoutSymbol = (sentence: string) =>
  sentence.replace(/^(?:\p{Extended_Pictographic}|\uFE0F|\s)+/u, '');

/** One sentence for the strip on Today: the worst thing there is, harmless ones included. */
export function healthSentence(health: HealthIntegrations): string {
  const worst =
    health.integrations.find((item) => item.status === 'critical') ??
    health.integrations.find((item) => item.status === 'degraded');
  return worst === undefined ? 'All systems operational' : `${worst.name}: ${worst.message}`;
}
