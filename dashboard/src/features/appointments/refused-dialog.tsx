import { Button, Group, Modal } from '@mantine/core';
import { asApiError } from '../../lib/api/api-error.ts';
import { formatMoment } from '../../lib/format/format.ts';
import { useAskToLeave } from '../../lib/ui/unsaved.tsx';
import type { Move } from './pending-moves.ts';
import type { Alternative } from './refusal.ts';
import { refusalOf } from './refusal.ts';
import { RefusalBox } from './refusal-box.tsx';

export interface Refused {
  move: Move;
  error: unknown;
}

interface Props {
  refused: Refused | null;
  isOwner: boolean;
  timeZone: string;
  onTake: (move: Move, slot: Alternative) => void;
  onOverbook: (move: Move, reason: string) => void;
  onAnyway: (move: Move) => void;
  /** The same request once more, which cannot happen twice. */
  onRetry: (move: Move) => void;
  onClose: () => void;
}

/** After a drop that the server refused: the appointment is back where it was, and here is why. */
export function RefusedDialog(props: Props) {
  const { refused, isOwner, timeZone, onTake, onOverbook, onAnyway, onRetry } = props;
  const onClose = useAskToLeave(props.onClose);
  const refusal = refused === null ? null : refusalOf(asApiError(refused.error));
  return (
    <Modal opened={refused !== null} onClose={onClose} title={refusal?.title ?? ''}>
      {refused === null || refusal === null ? null : (
        <>
          {refusal.isCertain && !refusal.isOvertaken ? (
            <p style={{ marginTop: 0 }}>
              {refused.move.appointment.contact.name} stays on{' '}
              {formatMoment(refused.move.appointment.scheduled_at, timeZone)},{' '}
              {refused.move.appointment.provider_name}.
            </p>
          ) : null}
          <RefusalBox
            refusal={refusal}
            isOwner={isOwner}
            timeZone={timeZone}
            busy={false}
            onTake={(slot) => onTake(refused.move, slot)}
            onOverbook={(reason) => onOverbook(refused.move, reason)}
            onAnyway={() => onAnyway(refused.move)}
          />
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={onClose}>
              {refusal.isOvertaken
                ? 'Leave it there'
                : refusal.isCertain
                  ? 'Keep the original time'
                  : 'Close'}
            </Button>
            {refusal.isCertain ? null : <Button onClick={() => onRetry(refused.move)}>Try again</Button>}
          </Group>
        </>
      )}
    </Modal>
  );
}
