import type { OrgId } from '../platform/tenant.ts';
import { within } from '../platform/within.ts';
import { openBreaker, PROBE_DEADLINE_MS, type Probe, type ProbeOptions } from './probes.ts';
import type { ReceptionistFacts } from './vapi.queries.ts';

/** Settings reach Vapi within seconds; after this time something is in their way. */
const LATE_AFTER_S = 60;

/** Does the phone have someone to answer it, with the clinic's present settings? */
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
      'Vapi does not answer as it should. Calls continue with the settings it has; changes will reach it later',
      { nextAttemptAt: breaker.nextAttemptAt },
    );
  }
  if (await within(PROBE_DEADLINE_MS, options.vapiRefusesKey()).catch(() => false)) {
    return entry(
      'degraded',
      'Vapi refuses our key. Calls go on with the settings it has; no change and no new clinic reaches it. Check VAPI_API_KEY',
    );
  }
  if (orgId === null) return entry('healthy', 'Vapi credentials configured');
  let facts: ReceptionistFacts;
  try {
    facts = await within(PROBE_DEADLINE_MS, options.receptionist(orgId));
  } catch {
    return entry('degraded', 'The receptionist cannot be looked up because the database does not answer');
  }
  const { assistantId, hasNumber, problem, pendingSeconds } = facts;
  const details = { assistantId, hasNumber };
  if (problem !== null || pendingSeconds > LATE_AFTER_S) {
    const what = assistantId === null ? 'The receptionist is not set up' : 'The receptionist is out of date';
    return entry('degraded', `${what}: ${problem ?? 'its settings wait to be sent to Vapi.'}`, details);
  }
  if (assistantId === null) return entry('healthy', 'The receptionist is being set up', details);
  if (!hasNumber) {
    return entry(
      'degraded',
      'The receptionist has no phone number, so no one can call it. Vapi gave none: its free numbers can run out',
      details,
    );
  }
  return entry('healthy', 'The receptionist answers the phone', details);
}
