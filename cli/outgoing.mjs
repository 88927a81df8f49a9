import { OK, UsageFault } from './outcomes.mjs';
import { table } from './table.mjs';
import { inWords } from './webhooks.mjs';

const OUTGOING = '/api/outgoing';

export async function listOutgoing({ api, options, say }) {
  const query = new URLSearchParams(outgoingFilterOf(options));
  for (const name of ['limit', 'cursor']) if (options[name] !== undefined) query.set(name, options[name]);
  const page = await api.ask('GET', query.size > 0 ? `${OUTGOING}?${query}` : OUTGOING);
  if (options.json) {
    say(JSON.stringify(page, null, 2));
    return OK;
  }
  if (page.data.length === 0) {
    say('Nothing that must leave fits.');
    return OK;
  }
  const rows = page.data.map((row) => [
    row.id,
    row.created_at,
    row.topic,
    row.status,
    String(row.attempts),
    row.error_message ?? '',
  ]);
  say(table(['id', 'written', 'what', 'status', 'attempts', 'error'], rows));
  if (page.next_cursor) say(`\nThere are more: --cursor ${page.next_cursor}`);
  return OK;
}

export async function replayOutgoing({ api, options, words: [id], say }) {
  const filter = outgoingFilterOf(options);
  const many = Object.keys(filter).length > 0;
  if ((id === undefined) !== many) {
    throw new UsageFault('Name one entry, or say which ones: --status dead_letter, --topic.');
  }
  const dry_run = options['dry-run'] ?? false;
  const answer = many
    ? await api.ask('POST', `${OUTGOING}/replay`, { filter, dry_run })
    : await api.ask('POST', `${OUTGOING}/${encodeURIComponent(id)}/replay`, { dry_run });
  say(options.json ? JSON.stringify(answer, null, 2) : inWords(answer));
  return OK;
}

const outgoingFilterOf = ({ status, topic }) =>
  Object.fromEntries(Object.entries({ status, topic }).filter(([, value]) => value !== undefined));
