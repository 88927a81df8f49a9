import type { HealthAction, HealthIntegrations, HealthStatus, IntegrationHealth } from '@voxanne/contract';
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

/** Icon and word already show the status; the symbol in front of the API's sentence would say it twice. */
export const withoutSymbol = (sentence: string) =>
  sentence.replace(/^(?:\p{Extended_Pictographic}|\uFE0F|\s)+/u, '');

const HARMLESS: Record<string, { word: string; tone: ToneName }> = {
  not_linked: { word: 'Not linked', tone: 'idle' },
  expiring: { word: 'Renewing soon', tone: 'ok' },
};

const NOT_USED: { word: string; tone: ToneName } = { word: 'Not used', tone: 'idle' };

/** What the API counts as degraded without affecting the overall status doesn't alarm on the card either. */
export function integrationView({ name, status, details }: IntegrationHealth) {
  const harmless = name === 'Google Calendar' ? HARMLESS[String(details.status)] : undefined;
  if (name === 'Google Calendar' && details.status === 'not_used') return NOT_USED;
  return (status === 'degraded' && harmless) || healthView(status);
}

/** One sentence for the strip on Today: the worst thing there is, or that nothing is wrong. */
export function healthSentence(health: HealthIntegrations): string {
  const alarming = health.integrations.filter((item) => {
    const { tone } = integrationView(item);
    return tone === 'warn' || tone === 'bad';
  });
  const worst = alarming.find(({ status }) => status === 'critical') ?? alarming[0];
  if (worst !== undefined) return `${worst.name}: ${worst.message}`;
  const unlinked = health.integrations.some(({ details }) => details.status === 'not_linked');
  return unlinked
    ? 'Everything is working. Google Calendar isn’t linked, so bookings are kept here.'
    : 'Everything is working.';
}

/** Each piece of advice with the actions that belong to it; an action that no sentence names is on its own. */
export function adviceOf({ recommendations, actions }: HealthIntegrations) {
  const named = recommendations.map((sentence) => ({
    text: withoutSymbol(sentence),
    actions: actions.filter(({ problem }) => sentence.includes(problem)),
  }));
  const rest = actions.filter((action) => !named.some((advice) => advice.actions.includes(action)));
  return [...named, ...rest.map((action) => ({ text: action.problem, actions: [action] }))];
}

/** Which of the two lists has the rows that failed for good. */
export const givenUpSearch = ({ path }: HealthAction) => ({
  status: 'dead_letter' as const,
  ...(path?.startsWith('/api/outgoing') ? { list: 'outgoing' as const } : {}),
});

export const breakerOf = ({ body }: HealthAction): string => String(body?.name ?? '');
