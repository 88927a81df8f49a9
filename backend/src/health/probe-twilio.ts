import type { OrgId } from '../platform/tenant.ts';
import { within } from '../platform/within.ts';
import { openBreaker, PROBE_DEADLINE_MS, type Probe, type ProbeOptions, type TwilioFacts } from './probes.ts';

/** Whether texts can be sent. A stranger only sees that they can't and why, without figures. */
export async function probeTwilio(options: ProbeOptions, orgId: OrgId | null): Promise<Probe> {
  const entry = (status: Probe['status'], message: string, details: Probe['details'] = {}): Probe => ({
    name: 'Twilio',
    status,
    message,
    details,
  });
  let facts: TwilioFacts;
  try {
    facts = await within(PROBE_DEADLINE_MS, options.twilio(orgId));
  } catch {
    return entry(
      'degraded',
      'We can’t tell whether texts can be sent, because the database isn’t responding',
    );
  }
  const { configured, message, fault, waiting, oldestWaitingSeconds } = facts;
  if (!configured) return entry('critical', message);
  const figures = orgId === null || waiting === 0 ? {} : { waiting, oldestWaitingSeconds };
  if (fault)
    return entry('critical', `No texts can be sent. ${fault.reason}`, { code: fault.code, ...figures });
  const breaker = openBreaker(options.resilience, 'twilio_sms', orgId);
  if (breaker) {
    return entry(
      'degraded',
      `${message}, but Twilio isn’t responding the way it should; texts are waiting and will be sent later`,
      { nextAttemptAt: breaker.nextAttemptAt, ...figures },
    );
  }
  if (waiting > 0) {
    const what = orgId === null ? 'texts have' : waiting === 1 ? '1 text has' : `${waiting} texts have`;
    return entry(
      'degraded',
      `${message}, but ${what} waited for more than a minute and will be sent later`,
      figures,
    );
  }
  return entry('healthy', message);
}
