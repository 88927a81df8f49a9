import { formatMoment } from '../../lib/format/format.ts';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useAcceptOffer } from './api/accept-offer.ts';
import { useWithdrawOffer } from './api/withdraw-offer.ts';

/** Staff answer an offer for a patient who is on the phone, or take it back. */
export function useAnswerOffer(timeZone: string) {
  const accept = useAcceptOffer({
    onSuccess: (_, { contact, offer }) =>
      notifyDone(`${contact.name} is booked for ${formatMoment(offer?.scheduled_at ?? '', timeZone)}.`),
  });
  const withdraw = useWithdrawOffer({
    onSuccess: (_, { contact }) =>
      notifyDone(`The offer to ${contact.name} is withdrawn. The next in line gets it.`),
  });
  return { accept, withdraw };
}
