import { OK, UsageFault } from './outcomes.mjs';
import { table } from './table.mjs';

const TOKEN = 'This is for the operator: set --token (or VX_TOKEN) to the OPERATOR_TOKEN of the deployment.';

/** For the operator: new clinics that wait for their receptionist. */
export const clinics = {
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
