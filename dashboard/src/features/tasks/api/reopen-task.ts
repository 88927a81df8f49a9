import { useMutation } from '@tanstack/react-query';
import { Task } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const reopenTask = (id: string) =>
  request(Task, `/api/tasks/${encodeURIComponent(id)}/reopen`, { method: 'POST' });

export const useReopenTask = (config: MutationConfig<typeof reopenTask> = {}) =>
  useMutation({ ...config, mutationFn: reopenTask, meta: { changes: ['task.updated'] } });
