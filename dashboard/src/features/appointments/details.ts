import type { Appointment, MoveRequest } from '@voxanne/contract';

export interface DetailValues {
  contact_id: string;
  service_type: string;
  duration_minutes: number | string;
  notes: string;
}

export const detailsOf = (item: Appointment): DetailValues => ({
  contact_id: item.contact.id,
  service_type: item.service_type,
  duration_minutes: item.duration_minutes,
  notes: item.notes ?? '',
});

/** Only what was changed is sent: the rest may have been changed by someone else. */
export function changedDetails(item: Appointment, values: DetailValues): Partial<MoveRequest> {
  const before = detailsOf(item);
  const notes = values.notes.trim();
  const isOtherService = values.service_type !== before.service_type;
  const isOtherLength = values.duration_minutes !== '' && values.duration_minutes !== before.duration_minutes;
  return {
    ...(values.contact_id === before.contact_id ? {} : { contact_id: values.contact_id }),
    ...(isOtherService ? { service_type: values.service_type } : {}),
    // A new service would bring its own length along.
    ...(isOtherLength || (isOtherService && values.duration_minutes !== '')
      ? { duration_minutes: Number(values.duration_minutes) }
      : {}),
    ...(notes === before.notes ? {} : { notes: notes === '' ? null : notes }),
  };
}
