import { useMutation } from '@tanstack/react-query';
import { TextAccepted } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const resendText = (id: string) =>
  request(TextAccepted, `/api/messages/${encodeURIComponent(id)}/resend`, { method: 'POST' });

export const useResendText = (config: MutationConfig<typeof resendText> = {}) =>
  useMutation({ ...config, mutationFn: resendText, meta: { changes: ['message.updated'] } });
