import { OK } from './outcomes.mjs';

const TOKEN = 'This is for the operator: set --token (or VX_TOKEN) to the OPERATOR_TOKEN of the deployment.';

/** For the operator: how an owner comes in where sign-up isn't open. */
export const owner = {
  async invite({ api, options, say }) {
    // Not the account to sign in with: an operator proves who they are by the token alone.
    const body = options.email === undefined ? {} : { email: options.email };
    const answer = await api.ask('POST', '/api/operator/owner-links', body, TOKEN);
    if (options.json) say(JSON.stringify(answer, null, 2));
    else {
      const whom = answer.email === null ? 'the new owner' : answer.email;
      say(`Send this link to ${whom}. It works once, until ${answer.expires_at}:\n${answer.url}`);
    }
    return OK;
  },
};
