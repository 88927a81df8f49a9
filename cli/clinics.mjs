import { OK, UsageFault } from './outcomes.mjs';
import { table } from './table.mjs';

const TOKEN = 'This is for the operator: set --token (or VX_TOKEN) to the OPERATOR_TOKEN of the deployment.';

/** For the operator: the clinics, and what each may cost. */
export const clinics = {
  async list({ api, options, say }) {
    const at = options.cursor === undefined ? '' : `&cursor=${encodeURIComponent(options.cursor)}`;
    const answer = await api.ask('GET', `/api/operator/clinics?status=all${at}`, undefined, TOKEN);
    if (options.json) say(JSON.stringify(answer, null, 2));
    else if (answer.data.length === 0) say('There are no clinics yet.');
    else {
      const rows = answer.data.map((row) => [
        row.org_id,
        row.created_at,
        row.asked_at !== null && row.admitted_at === null ? 'waiting' : 'approved',
        row.requests_per_hour === null ? 'default' : String(row.requests_per_hour),
        row.email ?? '',
        row.name,
      ]);
      say(table(['id', 'created', 'receptionist', 'requests/hour', 'owner', 'clinic'], rows));
      if (answer.next_cursor !== null) say(`More: --cursor ${answer.next_cursor}`);
    }
    return OK;
  },
  async limit({ api, options, words: [id, number], say }) {
    if (id === undefined || number === undefined)
      throw new UsageFault('Give a clinic and a number: voxanne clinics limit <id> 5000, or default.');
    const limit = number === 'default' ? null : Number(number);
    if (Number.isNaN(limit)) throw new UsageFault(`"${number}" is not a number of requests.`);
    const path = `/api/operator/clinics/${encodeURIComponent(id)}`;
    const answer = await api.ask('PATCH', path, { requests_per_hour: limit }, TOKEN);
    const words = limit === null ? 'as many requests as the deployment says' : `${limit} requests an hour`;
    say(options.json ? JSON.stringify(answer, null, 2) : `Its programs have ${words}.`);
    return OK;
  },
  async waiting({ api, options, say }) {
    const answer = await api.ask('GET', '/api/operator/clinics', undefined, TOKEN);
    if (options.json) say(JSON.stringify(answer, null, 2));
    else if (answer.data.length === 0) say('No clinics are waiting.');
    else {
      const rows = answer.data.map((row) => [row.org_id, row.asked_at, row.email ?? '', row.name]);
      say(table(['id', 'asked', 'owner', 'clinic'], rows));
    }
    return OK;
  },
  async admit({ api, options, words: [id], say }) {
    if (id === undefined) throw new UsageFault('Which clinic? Give its id from "voxanne clinics waiting".');
    const path = `/api/operator/clinics/${encodeURIComponent(id)}/admit`;
    const answer = await api.ask('POST', path, {}, TOKEN);
    say(options.json ? JSON.stringify(answer, null, 2) : 'Its receptionist is being set up.');
    return OK;
  },
};
