import type { HealthAction, HealthIntegrations } from '@voxanne/contract';
import type { OrgId } from '../platform/tenant.ts';
import { LATE_AFTER_S, probeQueue, probeRedis } from './probe-queue.ts';
import { probeTwilio } from './probe-twilio.ts';
import { probeVapi } from './probe-vapi.ts';
import { type Probe, type ProbeOptions, probeBreakers, probeCalendar, probeDatabase } from './probes.ts';

/** Can this clinic's receptionist answer? The probes in the contract's order, one verdict, what to do. */
export async function reportHealth(options: ProbeOptions, orgId: OrgId | null): Promise<HealthIntegrations> {
  const started = performance.now();
  const found = await Promise.all([
    probeDatabase(options),
    probeCalendar(options, orgId),
    probeTwilio(options, orgId),
    probeBreakers(options, orgId),
    probeVapi(options, orgId),
    probeQueue(options, orgId),
    probeRedis(options),
  ]);
  const probes = orgId === null ? found.map(diskInWords) : found;
  const count = (status: Probe['status']) => probes.filter((probe) => probe.status === status).length;
  const advice = probes.flatMap(adviceFor);
  return {
    status: overall(probes),
    timestamp: options.clock.now().toISOString(),
    elapsedMs: Math.round(performance.now() - started),
    integrations: probes.map(({ harmless: _harmless, ...entry }) =>
      orgId === null ? { ...entry, details: withoutFigures(entry.details) } : entry,
    ),
    summary: { healthy: count('healthy'), degraded: count('degraded'), critical: count('critical') },
    recommendations:
      advice.length > 0 ? advice.flatMap((item) => item.text ?? []) : ['✅ All systems operational'],
    actions: advice.flatMap((item) => item.action ?? []),
  };
}

/** How much space is left is not for strangers; that it is nearly out, they may know. */
const diskInWords = (probe: Probe): Probe =>
  probe.details.diskFreeBytes === undefined || probe.status === 'healthy'
    ? probe
    : { ...probe, message: 'PostgreSQL connection active, but its disk is nearly full' };

const withoutFigures = (details: Probe['details']): Probe['details'] =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => typeof value !== 'number'));

function overall(probes: Probe[]): HealthIntegrations['status'] {
  if (probes.some((probe) => probe.status === 'critical')) return 'critical';
  return probes.some((probe) => probe.status === 'degraded' && !probe.harmless) ? 'degraded' : 'healthy';
}

const MARKS = { healthy: '✅', degraded: '🟡', critical: '🔴' };

interface Advice {
  /** Left out if the advice before says it. */
  text?: string;
  action?: HealthAction;
}

const action = (
  given: Pick<HealthAction, 'id' | 'severity' | 'problem'> & Partial<HealthAction>,
): HealthAction => ({
  evidence: [],
  method: null,
  path: null,
  body: null,
  cli: null,
  requires_human: true,
  verify: { method: 'GET', path: '/api/health/integrations' },
  ...given,
});

function adviceFor(probe: Probe): Advice[] {
  if (probe.status === 'healthy') return [];
  switch (probe.name) {
    case 'Database':
      if (probe.details.diskFreeBytes !== undefined) {
        return [
          {
            text: `${MARKS[probe.status]} ${probe.message} - free up space on the disk of the data directory, or move the database to a larger one, before it stops`,
            action: action({
              id: 'database.disk',
              severity: probe.status === 'critical' ? 'critical' : 'warning',
              problem: probe.message,
            }),
          },
        ];
      }
      return [
        {
          text: '🔴 DATABASE CRITICAL: Check Supabase connection and service key',
          action: action({ id: 'database.check', severity: 'critical', problem: probe.message }),
        },
      ];
    case 'Google Calendar':
      return calendarAdvice(probe);
    case 'Twilio':
      return [twilioAdvice(probe)];
    case 'Vapi':
      return [
        {
          text: `🟡 ${probe.message} - Voxanne keeps trying; if this lasts, check VAPI_API_KEY and Vapi's status page`,
          action: action({ id: 'vapi.check', severity: 'warning', problem: probe.message }),
        },
      ];
    case 'Webhook Queue':
      return queueAdvice(probe);
    case 'Redis':
      return [
        {
          text: '🟡 Redis is down - nothing is lost; start it or check REDIS_URL',
          action: action({ id: 'redis.check', severity: 'warning', problem: probe.message }),
        },
      ];
    default:
      return breakerAdvice(probe);
  }
}

function twilioAdvice(probe: Probe): Advice {
  const isCritical = probe.status === 'critical';
  const advice = {
    id: 'twilio.check',
    severity: isCritical ? ('critical' as const) : ('warning' as const),
    problem: probe.message,
  };
  const { code, waiting } = probe.details;
  if (typeof code === 'string') {
    const evidence = [
      `Twilio's answer: ${code}`,
      ...(waiting === undefined ? [] : [`texts waiting: ${String(waiting)}`]),
    ];
    return { text: `🔴 ${probe.message}`, action: action({ ...advice, evidence }) };
  }
  if (isCritical)
    return { text: '🔴 Twilio is not configured - no texts can be sent', action: action(advice) };
  return {
    text: '🟡 Twilio isn’t responding - texts are waiting and will be sent later',
    action: action({
      ...advice,
      ...(waiting === undefined ? {} : { evidence: [`texts waiting: ${String(waiting)}`] }),
    }),
  };
}

/** An owner may let the clinic's own breakers try again at once; those of a whole service are the operator's. */
function breakerAdvice(probe: Probe): Advice[] {
  const own = probe.details.own;
  return [
    { text: `🟡 ${probe.message} - calls are on hold until the service responds again` },
    ...(Array.isArray(own) ? own : []).map((name: string) => ({
      action: action({
        id: 'breaker.reset',
        severity: 'warning',
        problem: `${name} is on hold after several failures. Work is waiting and nothing is lost.`,
        method: 'POST',
        path: '/api/circuit-breakers/reset',
        body: { name },
      }),
    })),
  ];
}

function calendarAdvice(probe: Probe): Advice[] {
  if (probe.details.unsyncedAppointments !== undefined) {
    return [
      relink(probe, 'give the linked account write access to it, then link it again and they’ll be added'),
    ];
  }
  switch (probe.details.status) {
    case undefined:
      return [];
    case 'not_linked':
      return [
        {
          text: '🟡 Google Calendar not linked - users cannot book appointments into it (bookings are still kept here)',
          action: action({
            id: 'google.connect',
            severity: 'warning',
            problem: probe.message,
            method: 'POST',
            path: '/api/integrations/google/connect',
            verify: LINKED,
          }),
        },
      ];
    case 'expiring':
      return [{ text: '🟡 Google Calendar token expiring soon - will auto-refresh on next use' }];
    case 'degraded':
      return [
        relink(
          probe,
          'Voxanne keeps trying; if this lasts, link it again; bookings are waiting and nothing is lost',
        ),
      ];
    default:
      return [relink(probe, 'link it again; bookings are waiting and nothing is lost')];
  }
}

function queueAdvice(probe: Probe): Advice[] {
  const { oldest_due_seconds: waited, dead_letter_webhooks, dead_letter_outgoing } = probe.details;
  const workers = `🟡 ${probe.message} - nothing is lost; check that a worker is running (VOXANNE_ROLE=worker), or start more of them`;
  // Without figures: a stranger asked, or the database is away and its own entry says what to do.
  if (typeof waited !== 'number') return probe.details.late ? [{ text: workers }] : [];
  const dead = [
    `webhooks that failed: ${String(dead_letter_webhooks)}`,
    `calendar entries and texts that failed: ${String(dead_letter_outgoing)}`,
  ];
  if (waited <= LATE_AFTER_S) {
    return [
      {
        text: `🟡 ${probe.message} - the Deliveries page says why, and lets you send them again`,
        action: action({
          id: 'deliveries.replay',
          severity: 'warning',
          problem: probe.message,
          evidence: dead,
          method: 'GET',
          path: dead_letter_webhooks
            ? '/api/webhooks/deliveries?status=dead_letter'
            : '/api/outgoing?status=dead_letter',
          cli: `npx --no voxanne ${dead_letter_webhooks ? 'webhooks' : 'outgoing'} replay --status dead_letter --dry-run`,
        }),
      },
    ];
  }
  return [
    {
      text: workers,
      action: action({
        id: 'queue.workers',
        severity: 'warning',
        problem: probe.message,
        evidence: [`waiting: ${String(probe.details.pending)}`, ...dead],
      }),
    },
  ];
}

const LINKED = { method: 'GET', path: '/api/integrations' };

const relink = (probe: Probe, advice: string): Advice => ({
  text: `🟡 ${probe.message} - ${advice}`,
  action: action({
    id: 'google.reconnect',
    severity: 'warning',
    problem: probe.message,
    evidence: [`status: ${String(probe.details.status)}`],
    method: 'POST',
    path: '/api/integrations/google/connect',
    verify: LINKED,
  }),
});

/** The same report as prose. */
export function toMarkdown(report: HealthIntegrations): string {
  return [
    `# Voxanne is ${report.status}`,
    '',
    `Checked at ${report.timestamp} in ${report.elapsedMs} ms.`,
    '',
    ...report.integrations.map((entry) => `- ${MARKS[entry.status]} **${entry.name}**: ${entry.message}`),
    '',
    '## What to do',
    '',
    ...report.recommendations.map((line) => `- ${line}`),
    '',
  ].join('\n');
}
