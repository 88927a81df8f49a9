import { useMutation } from '@tanstack/react-query';
import { MessageDetail } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';
import { messageQuery } from './message.ts';

interface Informed {
  id: string;
  informed: boolean;
}

const setInformed = ({ id, informed }: Informed) =>
  request(MessageDetail, `/api/messages/${encodeURIComponent(id)}`, { method: 'PATCH', body: { informed } });

/** Whether staff have said to the patient what a refused text says. */
export const useSetInformed = (config: MutationConfig<typeof setInformed> = {}) =>
  useMutation({
    ...config,
    mutationFn: setInformed,
    meta: { changes: ['message.updated'], answers: ({ id }: MessageDetail) => messageQuery(id).queryKey },
  });
