import { useMutation } from '@tanstack/react-query';
import { Task } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const closeTask = (id: string) =>
  request(Task, `/api/tasks/${encodeURIComponent(id)}/close`, { method: 'POST' });

export const useCloseTask = (config: MutationConfig<typeof closeTask> = {}) =>
  useMutation({ ...config, mutationFn: closeTask, meta: { changes: ['task.updated'] } });
