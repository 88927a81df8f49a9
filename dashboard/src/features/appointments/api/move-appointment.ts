import { useMutationState } from '@tanstack/react-query';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { TEXT_AFTER_S } from '../../messaging/text-delay.ts';
import type { Move } from '../pending-moves.ts';
import { sendChange, useChange } from './use-change.ts';

const MOVES = ['appointments', 'move'] as const;

const moveAppointment = ({ appointment, body, key }: Move) =>
  sendChange(
    encodeURIComponent(appointment.id),
    'PATCH',
    { version: appointment.version, notify_after_s: TEXT_AFTER_S, ...body },
    key,
  );

export const useMoveAppointment = (config: MutationConfig<typeof moveAppointment>) =>
  useChange(moveAppointment, config, MOVES);

/** Moves whose answer has not come yet: they are shown where they go. */
export const usePendingMoves = (): Move[] =>
  useMutationState({
    filters: { mutationKey: MOVES, status: 'pending' },
    select: (mutation) => mutation.state.variables as Move,
  });
