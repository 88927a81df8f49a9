import type { Db } from '../platform/database.ts';

export interface Clinic {
  name: string;
  timeZone: string;
  services: { service_type: string; name: string; minutes: number }[];
  /** Provider name to weekday (ISO number) to windows. */
  openingHours: Record<string, unknown>;
}

export async function readClinic(db: Db, orgId: string): Promise<Clinic> {
  const [organization, services, providers] = [
    await db
      .selectFrom('organizations')
      .select(['name', 'time_zone'])
      .where('id', '=', orgId)
      .executeTakeFirstOrThrow(),
    await db
      .selectFrom('services')
      .select(['slug', 'name', 'duration_minutes'])
      .where('org_id', '=', orgId)
      .where('active', '=', true)
      .orderBy('slug')
      .execute(),
    await db
      .selectFrom('providers')
      .select(['name', 'working_hours'])
      .where('org_id', '=', orgId)
      .where('active', '=', true)
      .orderBy('name')
      .execute(),
  ];
  return {
    name: organization.name,
    timeZone: organization.time_zone,
    services: services.map((row) => ({
      service_type: row.slug,
      name: row.name,
      minutes: row.duration_minutes,
    })),
    openingHours: Object.fromEntries(providers.map((row) => [row.name, row.working_hours])),
  };
}

export interface EndedCall {
  orgId: string;
  callId: string;
  from: string | null;
  to: string | null;
  startedAt: string | null;
  endedAt: string | null;
  endedReason: string | null;
  summary: string | null;
  transcript: string | null;
}

export async function saveCall(db: Db, call: EndedCall): Promise<void> {
  await db
    .insertInto('calls')
    .values({
      org_id: call.orgId,
      vapi_call_id: call.callId,
      from_number: call.from,
      to_number: call.to,
      started_at: call.startedAt,
      ended_at: call.endedAt,
      ended_reason: call.endedReason,
      summary: call.summary,
      transcript: call.transcript,
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'vapi_call_id']).doNothing())
    .execute();
}

/** Which of these Twilio ids are this organization's own texts. */
export async function ownMessageSids(db: Db, orgId: string, sids: string[]): Promise<Set<string>> {
  if (sids.length === 0) return new Set();
  const rows = await db
    .selectFrom('messages')
    .select('provider_id')
    .where('org_id', '=', orgId)
    .where('provider_id', 'in', sids)
    .execute();
  return new Set(rows.flatMap((row) => row.provider_id ?? []));
}

/** The row of the sign-up runs again: what it does can be repeated. */
export async function requeueProvisioning(db: Db, orgId: string): Promise<void> {
  await db
    .insertInto('outbox')
    .values({ org_id: orgId, topic: 'assistant.provision', key: orgId, payload: '{}' })
    .onConflict((conflict) =>
      conflict
        .columns(['org_id', 'topic', 'key'])
        .doUpdateSet({ status: 'pending', run_at: new Date(), attempts: 0, error_message: null }),
    )
    .execute();
}
