import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { WaitlistEntry } from '@voxanne/contract';
import { formatMoment } from '../../lib/format/format.ts';
import { notifyDone } from '../../lib/ui/notify.ts';
import { acceptOffer, waitlistQuery, withdrawOffer } from './waitlist.api.ts';

const FOLLOWING = [...waitlistQuery.queryKey, 'appointments', 'availability', 'messages', 'contacts'];

/** Staff answer an offer for a patient who is on the phone, or take it back. */
export function useAnswerOffer(timeZone: string) {
  const queryClient = useQueryClient();
  const onSettled = () =>
    queryClient.invalidateQueries({ predicate: ({ queryKey }) => FOLLOWING.includes(String(queryKey[0])) });
  const accept = useMutation({
    mutationFn: ({ id }: WaitlistEntry) => acceptOffer(id),
    onSuccess: (_, { contact, offer }) =>
      notifyDone(`${contact.name} is booked for ${formatMoment(offer?.scheduled_at ?? '', timeZone)}.`),
    onSettled,
  });
  const withdraw = useMutation({
    mutationFn: ({ id }: WaitlistEntry) => withdrawOffer(id),
    onSuccess: (_, { contact }) =>
      notifyDone(`The offer to ${contact.name} is withdrawn. The next in line gets it.`),
    onSettled,
  });
  return { accept, withdraw };
}
