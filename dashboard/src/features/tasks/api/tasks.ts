import { queryOptions } from '@tanstack/react-query';
import { TaskPage } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

/** Urgent ones first, then those that have waited longest. */
export const tasksQuery = queryOptions({
  queryKey: ['tasks'],
  queryFn: ({ signal }) => request(TaskPage, '/api/tasks', { query: { limit: 200 }, signal }),
});
