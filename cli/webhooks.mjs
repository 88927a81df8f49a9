import { commandsOf } from './queue-rows.mjs';

export const webhooks = commandsOf({
  path: '/api/webhooks/deliveries',
  filterOf: (options) => ({
    status: options.status,
    provider: options.provider,
    event_type: options['event-type'],
  }),
  columns: {
    id: (row) => row.id,
    received: (row) => row.received_at,
    what: (row) => `${row.provider}.${row.event_type}`,
    status: (row) => row.status,
    attempts: (row) => String(row.attempts),
    error: (row) => row.error_message ?? '',
  },
  none: 'No webhooks match.',
  which: 'Give one delivery’s id, or choose some: --status dead_letter, --provider, --event-type.',
});
