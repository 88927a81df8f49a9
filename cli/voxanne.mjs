#!/usr/bin/env node
// Runs from a fresh clone, before anything is installed: plain JavaScript, node: imports only.
import { parseArgs } from 'node:util';
import { createApi } from './api.mjs';
import { apiKeys } from './api-keys.mjs';
import { clinics } from './clinics.mjs';
import { health } from './health.mjs';
import { OK, Problem, UsageFault } from './outcomes.mjs';
import { outgoing } from './outgoing.mjs';
import { owner } from './owner.mjs';
import { senders } from './senders.mjs';
import { webhooks } from './webhooks.mjs';

const HELP = `Usage: npx --no voxanne <command> [options]

  webhooks list              incoming webhooks, newest first
      --status <status>      pending, processing, completed, failed or dead_letter
      --provider <name>      vapi, twilio or google
      --event-type <type>    such as status or end-of-call-report
      --limit <n>            at most 200; 50 by default
      --cursor <cursor>      the next page; shown at the end of the previous one
  webhooks replay <id>       replay one; nothing is done twice
  webhooks replay --status dead_letter
                             replay all of these (also --provider, --event-type)
      --dry-run              say what it would do, without doing it
  outgoing list              calendar events and texts to be sent, newest first
      --status, --topic      such as dead_letter, calendar.push
  outgoing replay <id>       retry one that failed, or all: --status dead_letter
      --dry-run              say what it would do, without doing it
  clinics                    for the operator: all clinics
      --cursor <cursor>      the next page; shown at the end of the previous one
  clinics waiting            new clinics waiting for a receptionist
  clinics admit <id>         give one of them its receptionist now
  clinics limit <id> <n>     requests an hour of its programs; default: what the deployment says
  owner invite               for the operator: a link for the owner of a new clinic; the one before it ends
      --email <address>      only for this address, for 7 days; without it for 24 hours
  senders list               for the operator: clinics that text from a number of their own
  senders set <id> <number>  give a clinic its own number from the Twilio account
  senders remove <number>    take it back: the clinic texts from the shared sender again
  api-keys list              the clinic's API keys
  api-keys create <name>     make one; it is shown once
      --scopes <list>        read, book, message, operate, admin; separated by commas
      --expires <when>       such as 90d or 2027-06-30; without it, it doesn't expire
      --requests-per-hour <n>
                             a limit of its own, within that of the clinic
  api-keys rotate <id>       make a new one in its place; shown once
      --overlap-hours <n>    how long the old one still works; 24 by default
  api-keys revoke <id>       end it within 5 seconds
  health                     what works, what doesn’t, and what to do about it

For each:
  --json                     print the API’s answer as it is
  --url <address>            where Voxanne runs; http://localhost:3001 by default
  --token <token>            from GET /api/auth/token, or an API key; or set VX_TOKEN;
                             for clinics, owner and senders: OPERATOR_TOKEN of the deployment
  --email, --password        instead of a token; or set VX_EMAIL and VX_PASSWORD

Run this in Voxanne's folder: anywhere else npx would look for a package of that name on npm, which isn't this one. --no
keeps it from running that one. From another folder: node <folder of Voxanne>/cli/voxanne.mjs <command>.

Exit codes: 0 all good, 1 something needs attention, 2 wrong usage, 3 can't reach Voxanne.
`;

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  'dry-run': { type: 'boolean' },
  ...Object.fromEntries(
    [
      'url',
      'token',
      'email',
      'password',
      'status',
      'provider',
      'event-type',
      'topic',
      'limit',
      'cursor',
      'scopes',
      'expires',
      'requests-per-hour',
      'overlap-hours',
    ].map((name) => [name, { type: 'string' }]),
  ),
};

const COMMON = ['json', 'help', 'url', 'token', 'email', 'password'];
const COMMANDS = {
  'webhooks list': { run: webhooks.list, takes: ['status', 'provider', 'event-type', 'limit', 'cursor'] },
  'webhooks replay': {
    run: webhooks.replay,
    takes: ['status', 'provider', 'event-type', 'dry-run'],
    words: 1,
  },
  'outgoing list': { run: outgoing.list, takes: ['status', 'topic', 'limit', 'cursor'] },
  'outgoing replay': { run: outgoing.replay, takes: ['status', 'topic', 'dry-run'], words: 1 },
  clinics: { run: clinics.list, takes: ['cursor'] },
  'clinics limit': { run: clinics.limit, takes: [], words: 2 },
  'clinics waiting': { run: clinics.waiting, takes: [] },
  'clinics admit': { run: clinics.admit, takes: [], words: 1 },
  'owner invite': { run: owner.invite, takes: [] },
  'senders list': { run: senders.list, takes: [] },
  'senders set': { run: senders.set, takes: [], words: 2 },
  'senders remove': { run: senders.remove, takes: [], words: 1 },
  'api-keys list': { run: apiKeys.list, takes: [] },
  'api-keys create': {
    run: apiKeys.create,
    takes: ['scopes', 'expires', 'requests-per-hour'],
    words: 1,
  },
  'api-keys rotate': { run: apiKeys.rotate, takes: ['overlap-hours'], words: 1 },
  'api-keys revoke': { run: apiKeys.revoke, takes: [], words: 1 },
  health: { run: health, takes: [] },
};

function read(argv) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageFault(error.message);
  }
}

async function main(argv, env) {
  const { values, positionals } = read(argv);
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP);
    return values.help ? OK : new UsageFault('').exitCode;
  }
  const length = positionals[0] === 'health' || positionals.length === 1 ? 1 : 2;
  const name = positionals.slice(0, length).join(' ');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageFault(`Unknown command "${name}".`);
  const words = positionals.slice(length);
  if (words.length > (command.words ?? 0))
    throw new UsageFault(`"${words.at(-1)}" is one argument too many.`);
  for (const option of Object.keys(values)) {
    if (!COMMON.includes(option) && !command.takes.includes(option))
      throw new UsageFault(`"voxanne ${name}" has no option --${option}.`);
  }
  return command.run({ api: createApi(values, env), options: values, words, say });
}

const say = (text) => process.stdout.write(`${text}\n`);

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  const usage = error instanceof UsageFault ? '\nSee: npx --no voxanne --help' : '';
  process.stderr.write(`${error.message}${usage}\n`);
  process.exitCode = error.exitCode;
}
