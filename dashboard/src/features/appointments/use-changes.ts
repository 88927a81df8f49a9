import type { Appointment, StatusRequest } from '@voxanne/contract';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { useCancelAppointment } from './api/cancel-appointment.ts';
import { useEditAppointment } from './api/edit-appointment.ts';
import { useMoveAppointment } from './api/move-appointment.ts';
import { useSetAppointmentStatus } from './api/set-status.ts';
import { useUndoAppointment } from './api/undo-appointment.ts';
import { useWithdrawText as useTextWithdrawal } from './api/withdraw-text.ts';
import { dropNotice, noticeChange } from './change-notice.tsx';
import { canceledWords, movedWords, undoneWords, waitingText } from './change-words.ts';
import type { Move } from './pending-moves.ts';

/** What a notice offers about a change: to hold back its text, as long as that waits, and to undo it. */
const choicesOf = (
  changed: Appointment,
  withdraw: (changed: Appointment) => void,
  undo?: (changed: Appointment) => void,
) => ({
  sendsAt: waitingText(changed)?.sends_at,
  onDontText: () => withdraw(changed),
  ...(undo && { onUndo: () => undo(changed) }),
});

export const useWithdrawText = () =>
  useTextWithdrawal({
    onSuccess: ({ contact }) => notifyDone(`We won’t text ${contact.name} about this.`),
    onError: (error) => notifyFailed('We couldn’t hold back the text', error),
  });

export function useUndo(timeZone: string) {
  const withdraw = useWithdrawText();
  return useUndoAppointment({
    onSuccess: (changed) =>
      noticeChange(changed.id, undoneWords(changed, timeZone), choicesOf(changed, withdraw.mutate)),
    onError: (error) => notifyFailed('We couldn’t undo it', error),
  });
}

/** @param onRefused - Hears of a refusal after the appointment went back to its place. */
export function useMove(timeZone: string, onRefused?: (move: Move, error: unknown) => void) {
  const undo = useUndo(timeZone);
  const withdraw = useWithdrawText();
  return useMoveAppointment({
    onSuccess: (changed) =>
      noticeChange(
        changed.id,
        movedWords(changed, timeZone),
        choicesOf(changed, withdraw.mutate, undo.mutate),
      ),
    onError: (error, move) => onRefused?.(move, error),
  });
}

export function useCancel(timeZone: string) {
  const undo = useUndo(timeZone);
  const withdraw = useWithdrawText();
  return useCancelAppointment({
    onSuccess: (changed) =>
      noticeChange(
        changed.id,
        canceledWords(changed, timeZone),
        choicesOf(changed, withdraw.mutate, undo.mutate),
      ),
  });
}

const saidOf: Record<StatusRequest['status'], string> = {
  confirmed: 'is confirmed',
  arrived: 'is checked in',
  completed: 'is done',
  no_show: 'is marked as a no-show',
};

export const useSetStatus = () =>
  useSetAppointmentStatus({
    onSuccess(changed, { status }) {
      // Nothing before it can be undone anymore.
      dropNotice(changed.id);
      notifyDone(`${changed.contact.name} ${saidOf[status]}.`);
    },
  });

export const useEdit = () =>
  useEditAppointment({
    onSuccess: (changed, { body }) =>
      notifyDone(
        body.contact_id === undefined
          ? `Updated ${changed.contact.name}’s appointment.`
          : `The appointment is now for ${changed.contact.name}.`,
      ),
  });
