import { type QueryClient, useMutation, useMutationState, useQueryClient } from '@tanstack/react-query';
import type { Appointment, CancelRequest, ChangedAppointment, StatusRequest } from '@voxanne/contract';
import { idempotencyKey } from '../../../lib/api/request.ts';
import { formatMoment } from '../../../lib/format/format.ts';
import { notifyDone, notifyFailed } from '../../../lib/ui/notify.ts';
import { dropNotice, noticeChange } from './change-notice.tsx';
import { movedWords, undoneWords } from './change-words.ts';
import type { Move } from './pending-moves.ts';
import {
  appointmentQuery,
  cancelAppointment,
  moveAppointment,
  setStatus,
  undoAppointment,
} from './schedule.api.ts';

const MOVES = ['move-appointment'];

/** The answer stands in the cache before the optimistic place goes away, so that nothing jumps back and forth. */
async function keep(queryClient: QueryClient, changed: ChangedAppointment) {
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

export function useUndo(timeZone: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Pick<Appointment, 'id'>) => undoAppointment(id, idempotencyKey()),
    async onSuccess(changed) {
      dropNotice(changed.id);
      await keep(queryClient, changed);
      notifyDone(undoneWords(changed, timeZone));
    },
    onError: (error) => notifyFailed('It could not be undone', error),
    onSettled: () => refresh(queryClient),
  });
}

/** @param onRefused - Told of a refusal after the appointment went back to its place. */
export function useMove(timeZone: string, onRefused?: (move: Move, error: unknown) => void) {
  const queryClient = useQueryClient();
  const undo = useUndo(timeZone);
  return useMutation({
    mutationKey: MOVES,
    mutationFn: ({ appointment, body, key }: Move) =>
      moveAppointment(appointment.id, { version: appointment.version, ...body }, key),
    async onSuccess(changed, { body }) {
      await keep(queryClient, changed);
      const words = movedWords(changed, body.notify ?? true, timeZone);
      noticeChange(changed.id, words, () => undo.mutate(changed));
    },
    onError: (error, move) => onRefused?.(move, error),
    onSettled: () => refresh(queryClient),
  });
}

export function useCancel(timeZone: string) {
  const queryClient = useQueryClient();
  const undo = useUndo(timeZone);
  return useMutation({
    mutationFn: ({ id, body, key }: { id: string; body: CancelRequest; key: string }) =>
      cancelAppointment(id, body, key),
    async onSuccess(changed) {
      await keep(queryClient, changed);
      const when = formatMoment(changed.scheduled_at, timeZone);
      noticeChange(changed.id, `${changed.contact.name}, ${when}, is cancelled.`, () => undo.mutate(changed));
    },
    onSettled: () => refresh(queryClient),
  });
}

const saidOf: Record<StatusRequest['status'], string> = {
  confirmed: 'is confirmed',
  arrived: 'is here',
  completed: 'is done',
  no_show: 'did not come',
};

export function useSetStatus() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, status }: { id: string; status: StatusRequest['status'] }) =>
      setStatus(id, status, idempotencyKey()),
    async onSuccess(changed, { status }) {
      // Nothing before it can be undone any more.
      dropNotice(changed.id);
      await keep(queryClient, changed);
      notifyDone(`${changed.contact.name} ${saidOf[status]}.`);
    },
    onSettled: () => refresh(queryClient),
  });
}
