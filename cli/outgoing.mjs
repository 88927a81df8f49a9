import { commandsOf } from './queue-rows.mjs';

export const outgoing = commandsOf({
  path: '/api/outgoing',
  filterOf: ({ status, topic }) => ({ status, topic }),
  columns: {
    id: (row) => row.id,
    written: (row) => row.created_at,
    what: (row) => row.topic,
    status: (row) => row.status,
    attempts: (row) => String(row.attempts),
    error: (row) => row.error_message ?? '',
  },
  none: 'No outgoing items match.',
  which: 'Give one entry’s id, or choose some: --status dead_letter, --topic.',
});
