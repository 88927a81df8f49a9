import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Appointment, MoveRequest } from '@voxanne/contract';
import { idempotencyKey } from '../../lib/api/request.ts';
import { notifyDone } from '../../lib/ui/notify.ts';
import { moveAppointment } from './appointments.api.ts';
import { keep, refresh } from './use-changes.ts';

interface Edit {
  appointment: Appointment;
  body: Partial<MoveRequest>;
}

/** Changes what an appointment is about. Its place on the screen stays, so nothing is drawn before the answer. */
export function useEdit() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ appointment, body }: Edit) => moveAppointment(appointment.id, body, idempotencyKey()),
    async onSuccess(changed, { body }) {
      await keep(queryClient, changed);
      notifyDone(
        body.contact_id === undefined
          ? `Updated ${changed.contact.name}’s appointment.`
          : `The appointment is now for ${changed.contact.name}.`,
      );
    },
    onSettled: () => refresh(queryClient),
  });
}
