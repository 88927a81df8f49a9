import { type QueryClient, useMutation, useMutationState, useQueryClient } from '@tanstack/react-query';
import type { Appointment, CancelRequest, ChangedAppointment, StatusRequest } from '@voxanne/contract';
import { idempotencyKey } from '../../lib/api/request.ts';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { withdrawText } from '../messaging/messaging.api.ts';
import { TEXT_AFTER_S } from '../messaging/text-delay.ts';
import {
  appointmentQuery,
  cancelAppointment,
  moveAppointment,
  setStatus,
  undoAppointment,
} from './appointments.api.ts';
import { dropNotice, noticeChange } from './change-notice.tsx';
import { canceledWords, movedWords, undoneWords, waitingText } from './change-words.ts';
import type { Move } from './pending-moves.ts';

const MOVES = ['move-appointment'];

/** The answer is in the cache before the optimistic place goes away, so that nothing jumps back and forth. */
export async function keep(queryClient: QueryClient, changed: ChangedAppointment) {
  await queryClient.cancelQueries({ queryKey: ['appointments'] });
  const { success: _, appointment_id: __, confirmation: ___, ...appointment } = changed;
  queryClient.setQueryData(appointmentQuery(changed.id).queryKey, appointment);
  queryClient.setQueriesData<Appointment[]>({ queryKey: ['appointments', 'range'] }, (all) =>
    all?.map((one) => (one.id === appointment.id ? appointment : one)),
  );
}

const STALE = ['appointments', 'availability', 'messages', 'contacts'];
export const refresh = (queryClient: QueryClient) =>
  queryClient.invalidateQueries({ predicate: ({ queryKey }) => STALE.includes(String(queryKey[0])) });

export const usePendingMoves = (): Move[] =>
  useMutationState({
    filters: { mutationKey: MOVES, status: 'pending' },
    select: (mutation) => mutation.state.variables as Move,
  });

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

/** Takes back the text about the last change; the change stays. */
export function useWithdrawText() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Pick<Appointment, 'id'>) => withdrawText(id),
    onSuccess: ({ contact }) => notifyDone(`We won’t text ${contact.name} about this.`),
    onError: (error) => notifyFailed('We couldn’t hold back the text', error),
    onSettled: () => refresh(queryClient),
  });
}

export function useUndo(timeZone: string) {
  const queryClient = useQueryClient();
  const withdraw = useWithdrawText();
  return useMutation({
    mutationFn: ({ id }: Pick<Appointment, 'id'>) =>
      undoAppointment(id, { notify_after_s: TEXT_AFTER_S }, idempotencyKey()),
    async onSuccess(changed) {
      await keep(queryClient, changed);
      noticeChange(changed.id, undoneWords(changed, timeZone), choicesOf(changed, withdraw.mutate));
    },
    onError: (error) => notifyFailed('We couldn’t undo it', error),
    onSettled: () => refresh(queryClient),
  });
}

/** @param onRefused - Hears of a refusal after the appointment went back to its place. */
export function useMove(timeZone: string, onRefused?: (move: Move, error: unknown) => void) {
  const queryClient = useQueryClient();
  const undo = useUndo(timeZone);
  const withdraw = useWithdrawText();
  return useMutation({
    mutationKey: MOVES,
    mutationFn: ({ appointment, body, key }: Move) =>
      moveAppointment(
        appointment.id,
        { version: appointment.version, notify_after_s: TEXT_AFTER_S, ...body },
        key,
      ),
    async onSuccess(changed) {
      await keep(queryClient, changed);
      noticeChange(
        changed.id,
        movedWords(changed, timeZone),
        choicesOf(changed, withdraw.mutate, undo.mutate),
      );
    },
    onError: (error, move) => onRefused?.(move, error),
    onSettled: () => refresh(queryClient),
  });
}

export function useCancel(timeZone: string) {
  const queryClient = useQueryClient();
  const undo = useUndo(timeZone);
  const withdraw = useWithdrawText();
  return useMutation({
    mutationFn: ({ id, body, key }: { id: string; body: CancelRequest; key: string }) =>
      cancelAppointment(id, { notify_after_s: TEXT_AFTER_S, ...body }, key),
    async onSuccess(changed) {
      await keep(queryClient, changed);
      noticeChange(
        changed.id,
        canceledWords(changed, timeZone),
        choicesOf(changed, withdraw.mutate, undo.mutate),
      );
    },
    onSettled: () => refresh(queryClient),
  });
}

const saidOf: Record<StatusRequest['status'], string> = {
  confirmed: 'is confirmed',
  arrived: 'is checked in',
  completed: 'is done',
  no_show: 'is marked as a no-show',
};

export function useSetStatus() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string } & StatusRequest) => setStatus(id, body, idempotencyKey()),
    async onSuccess(changed, { status }) {
      // Nothing before it can be undone anymore.
      dropNotice(changed.id);
      await keep(queryClient, changed);
      notifyDone(`${changed.contact.name} ${saidOf[status]}.`);
    },
    onSettled: () => refresh(queryClient),
  });
}
