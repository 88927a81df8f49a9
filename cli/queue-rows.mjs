import { OK, UsageFault } from './outcomes.mjs';
import { table } from './table.mjs';

/**
 * The two commands of one list of the API.
 * @param {{ path: string, filterOf: Function, columns: Record<string, Function>, none: string, which: string }} list
 */
export const commandsOf = ({ path, filterOf, columns, none, which }) => ({
  async list({ api, options, say }) {
    const query = new URLSearchParams(given(filterOf(options)));
    for (const name of ['limit', 'cursor']) if (options[name] !== undefined) query.set(name, options[name]);
    const page = await api.ask('GET', query.size > 0 ? `${path}?${query}` : path);
    if (options.json) {
      say(JSON.stringify(page, null, 2));
      return OK;
    }
    if (page.data.length === 0) {
      say(none);
      return OK;
    }
    const rows = page.data.map((row) => Object.values(columns).map((column) => column(row)));
    say(table(Object.keys(columns), rows));
    if (page.next_cursor) say(`\nThere are more: --cursor ${page.next_cursor}`);
    return OK;
  },

  async replay({ api, options, words: [id], say }) {
    const filter = given(filterOf(options));
    const many = Object.keys(filter).length > 0;
    if ((id === undefined) !== many || id?.trim() === '') throw new UsageFault(which);
    const dry_run = options['dry-run'] ?? false;
    const answer = many
      ? await api.ask('POST', `${path}/replay`, { filter, dry_run })
      : await api.ask('POST', `${path}/${encodeURIComponent(id)}/replay`, { dry_run });
    say(options.json ? JSON.stringify(answer, null, 2) : inWords(answer));
    return OK;
  },
});

const given = (options) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function inWords({ summary, effects = [], by_topic: topics = [] }) {
  const lines = [
    ...effects.map((row) => [row.table, `+${row.inserted}`, `~${row.updated}`, `-${row.deleted}`]),
    ...topics.map(({ topic, count }) => [topic, String(count)]),
  ];
  return lines.length > 0 ? `${summary}\n${table([], lines)}` : summary;
}
