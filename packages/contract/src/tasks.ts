import { z } from 'zod';
import { Id, PageQuery, page, Timestamp } from './common.ts';

export const TaskStatus = z.enum(['open', 'closed']);
export type TaskStatus = z.infer<typeof TaskStatus>;

const EXAMPLE = {
  id: '3d1c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
  kind: 'message' as const,
  status: 'open' as const,
  name: 'Maria Lopez',
  phone: '+14155550132',
  message: 'Please call back about her prescription.',
  urgent: true,
  created_at: '2026-11-09T15:00:00.000Z',
  closed_at: null,
};

export const Task = z
  .object({
    id: Id,
    kind: z.enum(['message']).describe('message: something a caller asked the receptionist to pass on'),
    status: TaskStatus,
    name: z.string(),
    phone: z.string().describe('The number to call back'),
    message: z.string().describe('In the receptionist’s words'),
    urgent: z.boolean(),
    created_at: Timestamp,
    closed_at: Timestamp.nullable(),
  })
  .meta({ id: 'Task', example: EXAMPLE });
export type Task = z.infer<typeof Task>;

export const TaskPage = page(Task).meta({
  id: 'TaskPage',
  example: { data: [EXAMPLE], next_cursor: null },
});

export const TaskQuery = PageQuery.extend({ status: TaskStatus.default('open') });
