import type { OrgId } from '../platform/tenant.ts';
import { within } from '../platform/within.ts';
import { openBreaker, PROBE_DEADLINE_MS, type Probe, type ProbeOptions } from './probes.ts';
import type { ReceptionistFacts } from './vapi.queries.ts';

/** Settings reach Vapi within seconds; after this time something is in their way. */
const LATE_AFTER_S = 60;

/** Whether someone answers the phone, with the clinic's current settings. */
export async function probeVapi(options: ProbeOptions, orgId: OrgId | null): Promise<Probe> {
  const entry = (status: Probe['status'], message: string, details: Probe['details'] = {}): Probe => ({
    name: 'Vapi',
    status,
    message,
    details,
  });
  const breaker = openBreaker(options.resilience, 'vapi', orgId);
  if (breaker) {
    return entry(
      'degraded',
      'Vapi isn’t responding the way it should. Calls continue with the settings it has; changes will reach it later',
      { nextAttemptAt: breaker.nextAttemptAt },
    );
  }
  if (await within(PROBE_DEADLINE_MS, options.vapiRefusesKey()).catch(() => false)) {
    return entry(
      'degraded',
      'Vapi refuses our key. Calls continue with the settings it has, but changes and new clinics can’t reach it. Check VAPI_API_KEY',
    );
  }
  if (orgId === null) return entry('healthy', 'Vapi credentials configured');
  let facts: ReceptionistFacts;
  try {
    facts = await within(PROBE_DEADLINE_MS, options.receptionist(orgId));
  } catch {
    return entry('degraded', 'We can’t look up the receptionist, because the database isn’t responding');
  }
  const { assistantId, hasNumber, problem, pendingSeconds } = facts;
  const details = { assistantId, hasNumber };
  if (problem !== null || pendingSeconds > LATE_AFTER_S) {
    const what = assistantId === null ? 'The receptionist is not set up' : 'The receptionist is out of date';
    return entry('degraded', `${what}: ${problem ?? 'its settings haven’t been sent to Vapi yet.'}`, details);
  }
  if (assistantId === null) return entry('healthy', 'The receptionist is being set up', details);
  if (!hasNumber) {
    return entry(
      'degraded',
      'The receptionist has no phone number, so no one can call it. Vapi may have run out of free numbers',
      details,
    );
  }
  return entry('healthy', 'The receptionist answers the phone', details);
}
