import { FINDING, OK } from './outcomes.mjs';
import { table } from './table.mjs';

export async function health({ api, options, say }) {
  const { body } = await api.open('/api/health/integrations');
  // A report of something critical is still a report.
  if (!Array.isArray(body?.integrations)) throw api.notVoxanne();
  say(options.json ? JSON.stringify(body, null, 2) : inWords(body));
  const fine = body.status === 'healthy' && body.integrations.every(({ status }) => status === 'healthy');
  return fine ? OK : FINDING;
}

function inWords({ status, integrations, recommendations }) {
  const rows = integrations.map((row) => [row.name, row.status, row.message]);
  const next = recommendations.map((line) => `- ${line}`);
  return [status, table([], rows), ...(next.length > 0 ? ['', 'To do:', ...next] : [])].join('\n');
}
