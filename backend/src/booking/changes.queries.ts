import { type RawBuilder, sql } from 'kysely';
import { type Db, type Query, queryIn } from '../platform/database.ts';

/** Who changes an appointment, for the audit log. A signed-in person is recorded as that person whatever this says. */
export interface ChangeOrigin {
  source: 'api' | 'dashboard' | 'voice' | 'patient' | 'google' | 'system';
  requestId: string | null;
  actorId?: string | undefined;
  callId?: string | undefined;
}

export interface Refused {
  success: false;
  error: string;
  message: string;
  /** The appointment that a patient has already, for ALREADY_BOOKED. */
  existing_id?: string;
}

export interface Changed {
  success: true;
  appointment_id: string;
  contact_id: string | null;
  provider_id: string;
  scheduled_at: string;
  status: string;
  version: number;
  overbooked: boolean;
  /** It was like that already; nothing was written. */
  repeated: boolean;
}

export type ChangeResult = Changed | Refused;

export interface AtomicBooking {
  orgId: string;
  name: string;
  email: string | null;
  phone: string;
  serviceType: string;
  scheduledAt: Date;
  durationMinutes: number;
  /** Who may have it; null: anyone. */
  providerIds: string[] | null;
  /** False: also over time off, for staff. */
  checkTimeOff: boolean;
  notes: string | null;
  holdId: string | null;
  status: 'confirmed' | 'pending';
  overbook: boolean;
  reason: string | null;
}

export type AtomicResult =
  | (Changed & {
      contact_id: string;
      phone: string;
      name: string;
      /** Why no text can go to that phone; null when it can. */
      no_text: string | null;
    })
  | Refused;

async function answerOf<T>(ask: Query, call: RawBuilder<{ answer: T }>): Promise<T> {
  const [row] = await ask(call);
  if (!row) throw new Error('The database function gave no answer.');
  return row.answer;
}

const origin = ({ source, actorId, callId, requestId }: ChangeOrigin) =>
  sql`p_source => ${source}, p_actor_id => ${actorId ?? null}, p_call_id => ${callId ?? null}, p_request_id => ${requestId}`;

export const bookAtomically = (ask: Query, b: AtomicBooking, by: ChangeOrigin): Promise<AtomicResult> =>
  answerOf(
    ask,
    sql`select b.answer || jsonb_build_object('no_text', app_private.why_no_text(${b.orgId}, b.answer ->> 'phone')) as answer
      from (select book_appointment_atomic(${b.orgId}, ${b.name}, ${b.email}, ${b.phone}, ${b.serviceType},
      ${b.scheduledAt}, ${b.durationMinutes}, p_provider_ids => ${b.providerIds}::uuid[],
      p_check_time_off => ${b.checkTimeOff}, p_notes => ${b.notes}, p_hold_id => ${b.holdId}, p_status => ${b.status}, p_overbook => ${b.overbook}, p_reason => ${b.reason},
      ${origin(by)}) as answer offset 0) as b`,
  );

/**
 * In the transaction of a change: the text about it waits for so many seconds. It waits as a row of the queue, so that
 * it does over a restart too.
 */
export async function delayText(db: Db, orgId: string, appointmentId: string, seconds = 0): Promise<void> {
  if (seconds === 0) return;
  await sql`select app_private.delay_text(${orgId}, ${appointmentId}, ${seconds})`.execute(db);
}

/** @returns false when no text waits anymore. */
export const withdrawText = (
  db: Db,
  orgId: string,
  appointmentId: string,
  requestId: string,
): Promise<boolean> =>
  answerOf(
    queryIn(db),
    sql<{
      answer: boolean;
    }>`select app_private.withdraw_text(${orgId}, ${appointmentId}, ${requestId}) as answer`,
  );

export interface AtomicHold {
  orgId: string;
  serviceType: string;
  scheduledAt: Date;
  durationMinutes: number;
  seconds: number;
  providerIds: string[];
  contactId: string | null;
}

export type HoldResult = (Changed & { hold_id: string; expires_at: string }) | Refused;

export const holdAtomically = (ask: Query, h: AtomicHold, by: ChangeOrigin): Promise<HoldResult> =>
  answerOf(
    ask,
    sql`select hold_slot_atomic(${h.orgId}, ${h.serviceType}, ${h.scheduledAt}, ${h.durationMinutes}, ${h.seconds},
      p_provider_ids => ${h.providerIds}::uuid[], p_contact_id => ${h.contactId}, ${origin(by)}) as answer`,
  );

export const releaseAtomically = (
  db: Db,
  orgId: string,
  holdId: string,
  by: ChangeOrigin,
): Promise<ChangeResult> =>
  answerOf(queryIn(db), sql`select release_hold_atomic(${orgId}, ${holdId}, ${origin(by)}) as answer`);

export interface AtomicMove {
  scheduledAt: Date;
  durationMinutes: number;
  providerIds: string[];
  serviceType?: string | undefined;
  contactId?: string | undefined;
  /** Empty: they go. */
  notes?: string | undefined;
  /** False: also over time off, for staff. */
  checkTimeOff: boolean;
  overbook: boolean;
  reason: string | null;
  notify: boolean;
}

export const moveAtomically = (
  db: Db,
  orgId: string,
  appointmentId: string,
  m: AtomicMove,
  by: ChangeOrigin,
): Promise<ChangeResult> =>
  answerOf(
    queryIn(db),
    sql`select move_appointment_atomic(${orgId}, ${appointmentId}, ${m.scheduledAt}, ${m.durationMinutes},
      p_provider_ids => ${m.providerIds}::uuid[], p_overbook => ${m.overbook}, p_reason => ${m.reason},
      p_notify => ${m.notify}, p_service_type => ${m.serviceType ?? null}, p_contact_id => ${m.contactId ?? null}::uuid,
      p_notes => ${m.notes ?? null}, p_check_time_off => ${m.checkTimeOff}, ${origin(by)}) as answer`,
  );

/** Until the end of the transaction no one else changes it. @returns false when the clinic has no such appointment. */
export const lockAppointment = (db: Db, orgId: string, appointmentId: string): Promise<boolean> =>
  answerOf(
    queryIn(db),
    sql<{ answer: boolean }>`select app_private.lock_own_appointment(${orgId}, ${appointmentId}) as answer`,
  );

export const cancelAtomically = (
  db: Db,
  orgId: string,
  appointmentId: string,
  { reason, notify }: { reason: string | null; notify: boolean },
  by: ChangeOrigin,
): Promise<ChangeResult> =>
  answerOf(
    queryIn(db),
    sql`select cancel_appointment_atomic(${orgId}, ${appointmentId}, ${reason}, ${notify}, ${origin(by)}) as answer`,
  );

export const undoAtomically = (
  db: Db,
  orgId: string,
  appointmentId: string,
  reason: string | null,
  by: ChangeOrigin,
): Promise<ChangeResult> =>
  answerOf(
    queryIn(db),
    sql`select undo_appointment_atomic(${orgId}, ${appointmentId}, ${reason}, ${origin(by)}) as answer`,
  );

export const setStatusAtomically = (
  db: Db,
  orgId: string,
  appointmentId: string,
  { status, reason }: { status: string; reason: string | null },
  by: ChangeOrigin,
): Promise<ChangeResult> =>
  answerOf(
    queryIn(db),
    sql`select set_appointment_status(${orgId}, ${appointmentId}, ${status}, ${reason}, ${origin(by)}) as answer`,
  );

/** The place that a row has, or that an undo would give back to it. */
export async function placeOf(db: Db, orgId: string, appointmentId: string) {
  return db
    .selectFrom('appointments')
    .select([
      'service_type',
      'status',
      'hold_expires_at',
      'scheduled_at',
      'duration_minutes',
      'provider_id',
      sql<Date | null>`(undoable ->> 'scheduled_at')::timestamptz`.as('former_at'),
      sql<number | null>`(undoable ->> 'duration_minutes')::int`.as('former_minutes'),
      sql<string | null>`undoable ->> 'provider_id'`.as('former_provider_id'),
    ])
    .where('org_id', '=', orgId)
    .where('id', '=', appointmentId)
    .executeTakeFirst();
}

/** Ends holds that ran out. @returns how many; workers share them without waiting for each other. */
export const expireHolds = async (db: Db): Promise<number> =>
  answerOf(queryIn(db), sql<{ answer: number }>`select app_private.expire_holds() as answer`);
