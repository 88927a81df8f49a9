import { queryOptions } from '@tanstack/react-query';
import { Task, TaskPage } from '@voxanne/contract';
import { request } from '../../lib/api/request.ts';

/** Urgent ones first, then those that have waited longest. */
export const tasksQuery = queryOptions({
  queryKey: ['tasks'],
  queryFn: ({ signal }) => request(TaskPage, '/api/tasks', { query: { limit: 200 }, signal }),
});

const act = (verb: 'close' | 'reopen') => (id: string) =>
  request(Task, `/api/tasks/${encodeURIComponent(id)}/${verb}`, { method: 'POST' });

export const closeTask = act('close');
export const reopenTask = act('reopen');
