import type { CancelRequest } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { TEXT_AFTER_S } from '../../messaging/text-delay.ts';
import { sendChange, useChange } from './use-change.ts';

interface Cancellation {
  id: string;
  body: CancelRequest;
  key: string;
}

const cancelAppointment = ({ id, body, key }: Cancellation) =>
  sendChange(`${encodeURIComponent(id)}/cancel`, 'POST', { notify_after_s: TEXT_AFTER_S, ...body }, key);

export const useCancelAppointment = (config: MutationConfig<typeof cancelAppointment>) =>
  useChange(cancelAppointment, config);
