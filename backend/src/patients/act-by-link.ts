import { singleLine } from '@voxanne/contract';
import { z } from 'zod';
import { acceptOffer, declineOffer, leaveByLink } from './answer-offer.ts';
import { cancelByLink, moveByLink, undoByLink } from './change-by-link.ts';
import type { OpenedAppointment, OpenedOffer } from './open-patient-link.ts';
import type { PatientContext } from './patient-context.ts';

/** What the form on a patient's page sends. */
export const LinkForm = z.object({
  action: z.enum(['move', 'cancel', 'undo', 'accept', 'decline', 'leave']),
  slot: singleLine(400).optional(),
});

/**
 * Does what a patient chose on their page, as far as the link still allows it. Anything else changes nothing: the page
 * shows why.
 * @throws {AppError} LINK_SPENT, or what is in the way of the change.
 */
export function actByLink(
  context: PatientContext,
  opened: OpenedAppointment | OpenedOffer,
  form: z.infer<typeof LinkForm>,
  requestId: string,
): Promise<void> {
  return opened.kind === 'offer'
    ? answerAnOffer(context, opened, form, requestId)
    : changeAppointment(context, opened, form, requestId);
}

async function answerAnOffer(
  context: PatientContext,
  opened: OpenedOffer,
  { action }: z.infer<typeof LinkForm>,
  requestId: string,
): Promise<void> {
  if (action === 'leave' && opened.state !== 'left') await leaveByLink(context, opened, requestId);
  if (opened.state !== 'open') return;
  if (action === 'accept') await acceptOffer(context, opened, requestId);
  if (action === 'decline') await declineOffer(context, opened, requestId);
}

async function changeAppointment(
  context: PatientContext,
  opened: OpenedAppointment,
  { action, slot }: z.infer<typeof LinkForm>,
  requestId: string,
): Promise<void> {
  const isUndoable = opened.state === 'moved' || opened.state === 'cancelled';
  if (action === 'undo' && isUndoable) await undoByLink(context, opened, requestId);
  if (opened.state !== 'open') return;
  if (action === 'move' && slot) await moveByLink(context, opened, slot, requestId);
  if (action === 'cancel') await cancelByLink(context, opened, requestId);
}
