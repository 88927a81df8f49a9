import { OK, UsageFault } from './outcomes.mjs';
import { table } from './table.mjs';

const TOKEN = 'This is for the operator: set --token (or VX_TOKEN) to the OPERATOR_TOKEN of the deployment.';
const PATH = '/api/operator/senders';

/** As people write numbers; what it is, the API decides. */
const bare = (number) => number.replace(/[\s().-]/g, '');

/** For the operator: clinics that text from their own number. */
export const senders = {
  async list({ api, options, say }) {
    const answer = await api.ask('GET', PATH, undefined, TOKEN);
    if (options.json) say(JSON.stringify(answer, null, 2));
    else if (answer.data.length === 0) say('All clinics text from the shared sender.');
    else {
      const rows = answer.data.map((row) => [row.address, row.org_id, row.created_at, row.name]);
      say(table(['number', 'clinic id', 'since', 'clinic'], rows));
    }
    return OK;
  },
  async set({ api, options, words: [orgId, number], say }) {
    if (orgId === undefined || number === undefined)
      throw new UsageFault('Give a clinic and a number: voxanne senders set <clinic id> +15550100200.');
    const answer = await api.ask('PUT', PATH, { org_id: orgId, address: bare(number) }, TOKEN);
    say(options.json ? JSON.stringify(answer, null, 2) : `${answer.name} texts from ${answer.address}.`);
    return OK;
  },
  async remove({ api, options, words: [number], say }) {
    if (number === undefined) throw new UsageFault('Which number? Give one from "voxanne senders list".');
    const path = `${PATH}?address=${encodeURIComponent(bare(number))}`;
    const answer = await api.ask('DELETE', path, undefined, TOKEN);
    const done = `Clinic ${answer.org_id} texts from the shared sender again.`;
    say(options.json ? JSON.stringify(answer, null, 2) : done);
    return OK;
  },
};
