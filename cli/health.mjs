import { FINDING, OK } from './outcomes.mjs';
import { table } from './table.mjs';

export async function health({ api, options, say }) {
  const { body } = await api.open('/api/health/integrations');
  // A report of something critical is still a report.
  if (!Array.isArray(body?.integrations)) throw api.notVoxanne();
  say(options.json ? JSON.stringify(body, null, 2) : inWords(body));
  // The report itself knows which degraded entries are harmless, such as a calendar that no one linked.
  return body.status === 'healthy' ? OK : FINDING;
}

function inWords({ status, integrations, recommendations }) {
  const rows = integrations.map((row) => [row.name, row.status, row.message]);
  const next = recommendations.filter((line) => !line.startsWith('✅')).map((line) => `- ${line}`);
  return [status, table([], rows), ...(next.length > 0 ? ['', 'To do:', ...next] : [])].join('\n');
}
