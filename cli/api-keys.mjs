import { OK, UsageFault } from './outcomes.mjs';
import { table } from './table.mjs';

const PATH = '/api/api-keys';
const SCOPES = 'read, book, message, operate, admin';

const day = (at) => at?.slice(0, 10) ?? '';
/** To the minute, as the API knows it. */
const minute = (at) => at?.slice(0, 16).replace('T', ' ') ?? 'never';

/** The one time that the key is shown; alone on its line, so that it can be copied. */
function show(answer, { options, say }, words) {
  if (options.json) say(JSON.stringify(answer, null, 2));
  else
    say(
      `${answer.key}\n\n${words}\nIts id is ${answer.id}. It is shown only now: keep it where your program reads it.`,
    );
}

function oneOf(id) {
  if (id === undefined) throw new UsageFault('Which key? Give its id from "voxanne api-keys list".');
  return `${PATH}/${encodeURIComponent(id)}`;
}

function whole(text, option) {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageFault(`--${option} takes a whole number, such as 24.`);
}

function expiryOf(text) {
  if (text === undefined) return undefined;
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const at = days === undefined ? new Date(text) : new Date(Date.now() + Number(days) * 86_400_000);
  if (Number.isNaN(at.getTime()))
    throw new UsageFault('--expires takes a number of days, such as 90d, or a date, such as 2027-06-30.');
  return at.toISOString();
}

/** The clinic's API keys, for its owners and admins. */
export const apiKeys = {
  async list({ api, options, say }) {
    const answer = await api.ask('GET', PATH);
    if (options.json) say(JSON.stringify(answer, null, 2));
    else if (answer.data.length === 0) say('The clinic has no API keys.');
    else {
      const rows = answer.data.map((key) => [
        key.id,
        key.prefix,
        key.status,
        key.scopes.join(','),
        minute(key.last_used_at),
        day(key.good_until) || 'no end',
        key.name,
      ]);
      say(table(['id', 'begins with', 'status', 'scopes', 'last used', 'ends', 'name'], rows));
    }
    return OK;
  },
  async create({ api, options, words: [name], say }) {
    if (name === undefined || options.scopes === undefined)
      throw new UsageFault(
        `Give a name and scopes: voxanne api-keys create "Website" --scopes book. Scopes: ${SCOPES}.`,
      );
    const scopes = options.scopes.split(/[\s,]+/).filter((scope) => scope !== '');
    const expires = expiryOf(options.expires);
    const limit = whole(options['requests-per-hour'], 'requests-per-hour');
    const answer = await api.ask('POST', PATH, {
      name,
      scopes,
      ...(expires === undefined ? {} : { expires_at: expires }),
      ...(limit === undefined ? {} : { requests_per_hour: limit }),
    });
    show(
      answer,
      { options, say },
      `The new key "${answer.name}" has the scopes ${answer.scopes.join(', ')}.`,
    );
    return OK;
  },
  async rotate({ api, options, words: [id], say }) {
    const hours = whole(options['overlap-hours'], 'overlap-hours');
    const body = hours === undefined ? {} : { overlap_hours: hours };
    const answer = await api.ask('POST', `${oneOf(id)}/rotate`, body);
    const until =
      (hours ?? 24) === 0 ? 'The old key has ended.' : `The old key works for ${hours ?? 24} more hours.`;
    show(answer, { options, say }, until);
    return OK;
  },
  async revoke({ api, options, words: [id], say }) {
    await api.ask('DELETE', oneOf(id));
    say(
      options.json
        ? JSON.stringify({ id, revoked: true })
        : 'The key is revoked. Every server refuses it within 5 seconds.',
    );
    return OK;
  },
};
