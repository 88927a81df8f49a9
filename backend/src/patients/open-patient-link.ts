import { type AppointmentRow, findAppointment } from '../booking/index.ts';
import { numberToCall } from '../connections/index.ts';
import type { Db } from '../platform/database.ts';
import { mintOrgId } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import { findOffer, type OfferRow } from '../waitlist/index.ts';
import type { Bearer, PatientContext } from './patient-context.ts';
import {
  addressOfLink,
  clinicOfAppointment,
  clinicOfOffer,
  serviceName,
  useOfLink,
} from './patient-links.queries.ts';

/** What a page says about the clinic. */
export interface ClinicOnPage {
  name: string;
  time_zone: string;
  /** Never the owner's own. */
  phone: string | null;
}

interface Opened extends Bearer {
  token: string;
  clinic: ClinicOnPage;
  service: string;
}

export interface OpenedAppointment extends Opened {
  kind: 'appointment';
  version: number;
  appointment: AppointmentRow;
  /**
   * open: it can move or cancel. spent: it did, and nothing happened since. undone: it did, and took it back.
   * fixed: under way, no page changes it anymore. replaced: a newer version has a newer link. over: in the past.
   * passed_on: the newer version is under another number, so the holder of this link got no newer one.
   * ended: canceled since, by the clinic or by a newer link; a text about that has no link.
   */
  state: 'open' | 'moved' | 'cancelled' | 'undone' | 'fixed' | 'replaced' | 'passed_on' | 'ended' | 'over';
}

export interface OpenedOffer extends Opened {
  kind: 'offer';
  offer: OfferRow;
  /** left: off the waitlist. ended: no one said yes in time. */
  state: 'open' | 'accepted' | 'declined' | 'left' | 'ended';
}

// An id no one has: a made-up link looks it up too, so that it takes as long as one whose row is gone.
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What a link opens right now; undefined if it was never ours. Only reads. */
export async function openPatientLink(
  context: PatientContext,
  token: string,
): Promise<OpenedAppointment | OpenedOffer | undefined> {
  const { database, links } = context;
  const link = links.read(token);
  const id = link?.id ?? NOBODY;
  const clinic = await database.withService((db) =>
    link?.kind === 'offer' ? clinicOfOffer(db, id) : clinicOfAppointment(db, id),
  );
  if (link === null || clinic === undefined) return undefined;
  const scope = { orgId: mintOrgId(clinic), userId: null };
  return link.kind === 'offer'
    ? openOffer(context, scope, token, id)
    : openAppointment(context, scope, token, { id, version: link.version });
}

function openAppointment(
  { database, clock }: PatientContext,
  scope: Bearer['scope'],
  token: string,
  { id, version }: { id: string; version: number },
): Promise<OpenedAppointment | undefined> {
  const { orgId } = scope;
  return database.withTenant(scope, async (db) => {
    const appointment = await findAppointment(db, orgId, id);
    if (!appointment) return undefined;
    const use = await useOfLink(db, orgId, id, version);
    const sentTo = await addressOfLink(db, orgId, id, version);
    return {
      kind: 'appointment' as const,
      scope,
      token,
      version,
      appointment,
      contactId: appointment.contact_id,
      clinic: await clinicOnPage(db, orgId),
      service: await serviceName(db, orgId, appointment.service_type),
      state: stateOf(appointment, { version, use, sentTo }, clock.now()),
    };
  });
}

function stateOf(
  {
    version: current,
    visible_version: visible,
    status,
    scheduled_at: at,
    contact_phone: phone,
  }: AppointmentRow,
  {
    version,
    use,
    sentTo,
  }: {
    version: number;
    use: Awaited<ReturnType<typeof useOfLink>>;
    sentTo: string | undefined;
  },
  now: Date,
): OpenedAppointment['state'] {
  if (at <= now) return 'over';
  if (use?.undone_at && current === use.made_version + 1) return 'undone';
  if (use && current === use.made_version) return use.action === 'moved' ? 'moved' : 'cancelled';
  if (status === 'cancelled') return 'ended';
  if (visible !== version) return sentTo === undefined || sentTo === phone ? 'replaced' : 'passed_on';
  return status === 'pending' || status === 'confirmed' ? 'open' : 'fixed';
}

function openOffer(
  { database, clock }: PatientContext,
  scope: Bearer['scope'],
  token: string,
  id: string,
): Promise<OpenedOffer | undefined> {
  const { orgId } = scope;
  return database.withTenant(scope, async (db) => {
    const offer = await findOffer(db, orgId, id);
    if (!offer) return undefined;
    return {
      kind: 'offer' as const,
      scope,
      token,
      offer,
      contactId: offer.contact_id,
      clinic: await clinicOnPage(db, orgId),
      service: await serviceName(db, orgId, offer.service_type),
      state: stateOfOffer(offer, clock.now()),
    };
  });
}

async function clinicOnPage(db: Db, orgId: string): Promise<ClinicOnPage> {
  const { name, time_zone } = await findClinic(db, orgId);
  return { name, time_zone, phone: await numberToCall(db, orgId) };
}

function stateOfOffer({ status, removed_at: left, scheduled_at: at, is_live: live }: OfferRow, now: Date) {
  if (status === 'accepted' && at > now) return 'accepted';
  if (left !== null) return 'left';
  if (at <= now || !['open', 'declined'].includes(status) || (status === 'open' && !live)) return 'ended';
  return status as 'open' | 'declined';
}
