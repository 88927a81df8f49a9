import type { Organization, OrganizationPatch } from '@voxanne/contract';
import { z } from 'zod';
import { asApiError } from '../../lib/api/api-error.ts';
import { formatPhone } from '../../lib/format/format.ts';

export interface OrganizationValues {
  name: string;
  phone: string;
  public_phone: string;
  time_zone: string;
  country: string;
}

export const toValues = (organization: Organization): OrganizationValues => ({
  name: organization.name,
  phone: formatPhone(organization.phone ?? ''),
  public_phone: formatPhone(organization.public_phone ?? ''),
  time_zone: organization.time_zone,
  country: organization.country,
});

/** Only what was changed is sent, so that two people with the page open do not undo each other. */
export function changes(before: OrganizationValues, after: OrganizationValues): OrganizationPatch {
  const patch: OrganizationPatch = {};
  if (after.name.trim() !== before.name) patch.name = after.name.trim();
  for (const name of ['phone', 'public_phone'] as const) {
    const typed = after[name].trim();
    if (typed !== before[name]) patch[name] = typed === '' ? null : typed;
  }
  if (after.time_zone !== before.time_zone) patch.time_zone = after.time_zone;
  if (after.country.trim().toUpperCase() !== before.country)
    patch.country = after.country.trim().toUpperCase();
  return patch;
}

/** "US" -> "United States"; null when it is not a country. */
export function countryName(code: string): string | null {
  try {
    const name = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(
      code.trim().toUpperCase(),
    );
    return name ?? null;
  } catch {
    return null;
  }
}

const Moved = z.object({
  code: z.literal('TIME_ZONE_MOVES_APPOINTMENTS'),
  appointments: z.int(),
  first: z.array(z.string()),
});
export type Moved = z.infer<typeof Moved>;

/** The appointments that another time zone would move on the clock; null for every other failure, and for none. */
export const movedBy = (error: unknown): Moved | null =>
  error === null ? null : (Moved.safeParse(asApiError(error).body).data ?? null);
