import { OK, UsageFault } from './outcomes.mjs';
import { table } from './table.mjs';

const LIST = '/api/webhooks/deliveries';

export async function listWebhooks({ api, options, say }) {
  const query = new URLSearchParams(filterOf(options));
  for (const name of ['limit', 'cursor']) if (options[name] !== undefined) query.set(name, options[name]);
  const page = await api.ask('GET', query.size > 0 ? `${LIST}?${query}` : LIST);
  if (options.json) {
    say(JSON.stringify(page, null, 2));
    return OK;
  }
  if (page.data.length === 0) {
    say('No webhook came in that fits.');
    return OK;
  }
  const rows = page.data.map((row) => [
    row.id,
    row.received_at,
    `${row.provider}.${row.event_type}`,
    row.status,
    String(row.attempts),
    row.error_message ?? '',
  ]);
  say(table(['id', 'received', 'what', 'status', 'attempts', 'error'], rows));
  if (page.next_cursor) say(`\nThere are more: --cursor ${page.next_cursor}`);
  return OK;
}

export async function replayWebhooks({ api, options, words: [id], say }) {
  const filter = filterOf(options);
  const many = Object.keys(filter).length > 0;
  if ((id === undefined) !== many) {
    throw new UsageFault(
      'Name one delivery, or say which ones: --status dead_letter, --provider, --event-type.',
    );
  }
  const dry_run = options['dry-run'] ?? false;
  const answer = many
    ? await api.ask('POST', `${LIST}/replay`, { filter, dry_run })
    : await api.ask('POST', `${LIST}/${encodeURIComponent(id)}/replay`, { dry_run });
  say(options.json ? JSON.stringify(answer, null, 2) : inWords(answer));
  return OK;
}

function filterOf(options) {
  const named = { status: options.status, provider: options.provider, event_type: options['event-type'] };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

export function inWords({ summary, effects = [], by_topic: topics = [] }) {
  const lines = [
    ...effects.map((row) => [row.table, `+${row.inserted}`, `~${row.updated}`, `-${row.deleted}`]),
    ...topics.map(({ topic, count }) => [topic, String(count)]),
  ];
  return lines.length > 0 ? `${summary}\n${table([], lines)}` : summary;
}
