import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { admitClinic, operatorClinics } from '../../backend/src/assistant/admission.queries.ts';
import { saveCallReport, saveCallState } from '../../backend/src/assistant/calls.queries.ts';
import { findOrgBySecretHash, readSecrets } from '../../backend/src/connections/shared-secrets.queries.ts';
import { receptionistFacts } from '../../backend/src/health/vapi.queries.ts';
import { sessionStands, signingKeyExists } from '../../backend/src/identity/sessions.queries.ts';
import { beginSignIn, endSignIn } from '../../backend/src/identity/sign-in-limits.queries.ts';
import {
  clinicsOfText,
  findQuestion,
  holdText,
  insertInbound,
} from '../../backend/src/messaging/inbound.queries.ts';
import { claimAttempt, queueDirectText } from '../../backend/src/messaging/messages.queries.ts';
import { readOpenTexts } from '../../backend/src/messaging/open-texts.queries.ts';
import { findForCallback } from '../../backend/src/messaging/webhooks.queries.ts';
import { mintOrgId } from '../../backend/src/platform/tenant.ts';
import { membershipsOf } from '../../backend/src/tenancy/profiles.queries.ts';
import type { HotQuery } from './plans.ts';

/** A patient of every clinic once `seedDoors` has run. */
const PATIENT = '+14155550132';
const RECEIVER = '+14155550100';
const SINCE = `now() - n * interval '1 minute'`;

/** What is asked for whatever comes in: who signs in, whose session, secret or text it is, who may have a receptionist. */
export function doorQueries(org: string, now: Date): HotQuery[] {
  const orgId = mintOrgId(org);
  const worker = (name: string, run: HotQuery['run']): HotQuery => ({ name, as: null, run });
  const keys = { pair: randomBytes(32), account: randomBytes(32), address: randomBytes(32) };
  const text = {
    patient: PATIENT,
    receiver: RECEIVER,
    channel: 'sms',
    sid: randomUUID(),
    body: 'Yes',
  } as const;
  const call = { orgId: org, callId: randomUUID(), from: PATIENT, to: RECEIVER, endedReason: null };
  const direct = { orgId: org, to: PATIENT, from: RECEIVER, body: 'Hello', dedupeKey: randomUUID() };
  const limits = { newDays: 7, newPerHour: 5, newPerDay: 10, perHour: 1_000_000, perDay: 1_000_000 };
  const session = { id: randomUUID(), userId: randomUUID(), keyId: randomUUID() };
  return [
    worker('a sign-in begins', (db) => beginSignIn(now, keys).execute(db)),
    worker('a sign-in ends well', (db) => endSignIn(now, keys, true).execute(db)),
    worker('a sign-in fails', (db) => endSignIn(now, keys, false).execute(db)),
    worker('a session', (_, pool) => sessionStands(pool, session)),
    worker('a signing key', (_, pool) => signingKeyExists(pool, randomUUID())),
    worker('whose person it is', (db) => membershipsOf(randomUUID()).execute(db)),
    worker('whose text it is, at the shared number', (db) => clinicsOfText(db, text, [RECEIVER])),
    worker('whose text it is, at a number of a clinic', (db) => clinicsOfText(db, text, [])),
    worker('what was asked of the person', (db) => findQuestion(db, text)),
    worker('a text that is held', (db) => holdText(db, text)),
    worker('a text that came in', (db) => insertInbound(db, org, text)),
    worker('the text of a callback', (db) =>
      findForCallback(db, { sid: randomUUID(), messageId: randomUUID(), to: PATIENT }),
    ),
    worker('a text that is about to leave', (db) =>
      claimAttempt(db, { id: randomUUID(), attempts: 0 }, RECEIVER),
    ),
    worker('texts of all that have not left', (db) => readOpenTexts(db, null)),
    worker('texts of one clinic that have not left', (db) => readOpenTexts(db, org)),
    { name: 'a text by hand', as: orgId, run: (db) => queueDirectText(db, direct, limits) },
    worker('a clinic that asks for a receptionist', (db) =>
      admitClinic(db, org, { perDay: 1, perAddress: 1, needsEmail: true }),
    ),
    worker('clinics that wait for a receptionist', (db) =>
      operatorClinics(db, { status: 'waiting' }, { limit: 50 }),
    ),
    worker('whose secret it is', (db) => findOrgBySecretHash('vapi', randomBytes(32), now).execute(db)),
    worker('the secrets of a clinic', (db) => readSecrets(org, 'vapi').execute(db)),
    worker('the state of a receptionist', (db) => receptionistFacts(db, orgId)),
    worker('the state of a call', (db) => saveCallState(db, { ...call, status: 'ringing' })),
    worker('the report of a call', (db) =>
      saveCallReport(db, {
        ...call,
        startedAt: null,
        endedAt: null,
        summary: 'Booked.',
        transcript: 'Hello',
      }),
    ),
  ];
}

/** As many sessions, failed sign-ins, held texts, questions, calls and patients, and texts that have not left. */
export async function seedDoors(ownerUrl: string, rows: number): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  const series = `generate_series(1, ${rows}) as n`;
  const organizations = `(select id, row_number() over (order by id) - 1 as place, count(*) over () as all from public.organizations) as o`;
  const shared = `${series} join ${organizations} on o.place = n % o.all`;
  try {
    for (const statement of [
      'set session_replication_role = replica',
      `insert into auth.ba_sessions ("expiresAt", token, "updatedAt", "userId")
        select now() + interval '1 day', n::text, now(), gen_random_uuid() from ${series}`,
      `insert into app_private.sign_in_limits (key, full_until, forget_at)
        select sha256(n::text::bytea), ${SINCE}, ${SINCE} + interval '1 day' from ${series}`,
      `insert into app_private.held_texts (sid, patient, receiver, channel, body, received_at)
        select 'SM' || n, '+1415' || 5000000 + n, '${RECEIVER}', 'sms', 'Yes', ${SINCE} from ${series}`,
      `insert into app_private.clinic_questions (patient, receiver, channel, clinics, names, body, asked_at)
        select '+1415' || 5000000 + n, '${RECEIVER}', 'sms', array[o.id], array['Bright Smiles'], 'Which?', ${SINCE} from ${shared}`,
      `insert into public.calls (org_id, vapi_call_id, from_number, created_at)
        select o.id, n::text, case when n % 100 = 0 then '${PATIENT}' else '+1415' || 5000000 + n end, ${SINCE} from ${shared}`,
      `insert into public.leads (org_id, name, phone) select o.id, 'Patient ' || n, '+1415' || 5000000 + n from ${shared}`,
      `update public.messages set status = 'queued', to_address = case when right(dedupe_key, 2) = '00' then '${PATIENT}' else to_address end`,
    ]) {
      await owner.query(statement);
    }
  } finally {
    await owner.end();
  }
}
