/** Every name of the original specification has its row in docs/spec-map.md, and the row tells the truth. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isTest } from './floors/zones.ts';
import { listFiles } from './lib/files.ts';
import { nameOf, readSource, walk } from './lib/source.ts';

const CODE_NAMES = [
  'tenantResolver',
  'safeCall',
  'withTokenRefresh',
  'safeCallBatch',
  'getCircuitBreakerStatus',
  'sendSmsWithGuard',
  'sendSmsBatch',
  'getTwilioCircuitBreakerStatus',
  'resetTwilioCircuitBreaker',
  'sendSlackAlert',
  'incrementErrorCount',
  'reportError',
  'initializeSentry',
  'orgRateLimit',
  'handle_new_user_signup',
  'on_auth_user_created',
  'book_appointment_atomic',
  'bookClinicAppointment',
];

const FILE_NAMES = [
  'middleware/tenant-resolver',
  'middleware/org-rate-limiter',
  'services/safe-call',
  'services/twilio-guard',
  'services/twilio-service',
  'services/calendar-integration',
  'services/booking-service',
  'services/slack-alerts',
  'services/webhook-processor',
  'routes/health-integrations',
  'config/sentry',
  'config/exception-handlers',
  'config/webhook-queue',
  'config/redis',
  'jobs/webhook-events-cleanup',
  'utils/google-calendar',
  'scripts/production-readiness-test',
  'scripts/verify-monitoring',
  'migration: auto-org creation trigger',
  'migration: webhook delivery tracking',
];

const DOCUMENT = 'docs/spec-map.md';
const PLANNED = 'planned';

interface Row {
  name: string;
  /** Our file, or `planned`. */
  where: string;
  /** What the name is called there; for a planned file the path it will have. */
  as: string;
  line: number;
}

/** @returns what is wrong, one sentence each; nothing when the map is true. */
export function checkSpecMap(
  root: string,
  codeNames: readonly string[] = CODE_NAMES,
  fileNames: readonly string[] = FILE_NAMES,
): string[] {
  if (!existsSync(join(root, DOCUMENT)))
    return [`${DOCUMENT} is missing. It maps every original name to ours.`];
  const rows = readRows(readFileSync(join(root, DOCUMENT), 'utf8'));
  const known = new Set([...codeNames, ...fileNames]);
  const files = new Set(listFiles(root));
  const missing = [...known].filter((name) => !rows.some((row) => row.name === name));
  const seen = new Set<string>();
  const faultOf = (row: Row): string | undefined => {
    if (!known.has(row.name)) return 'isn’t a name in the original specification.';
    if (seen.has(row.name)) return 'has a second row.';
    seen.add(row.name);
    const isCode = codeNames.includes(row.name);
    if (row.where === PLANNED) {
      const found = isCode ? builtCode(root, row, files) : builtFile(row, files);
      return found && `is marked planned, but ${found} is there.`;
    }
    if (!files.has(row.where)) return `points to ${row.where}, which doesn’t exist.`;
    if (row.where.startsWith('supabase/migrations/')) {
      return 'points to a migration, which later ones may replace. Name the file in supabase/schemas instead.';
    }
    const name = row.as || row.name;
    return isCode && !holds(root, row.where, name)
      ? `points to ${row.where}, which has no "${name}".`
      : undefined;
  };
  return [
    ...missing.map(
      (name) => `${DOCUMENT}: "${name}" has no row. Add one: | \`${name}\` | \`file\` | \`name\` |.`,
    ),
    ...rows.flatMap((row) => {
      const fault = faultOf(row);
      return fault ? [`${DOCUMENT}:${row.line} "${row.name}" ${fault} Correct the row.`] : [];
    }),
  ];
}

function readRows(text: string): Row[] {
  return text.split('\n').flatMap((content, index) => {
    if (!content.startsWith('|')) return [];
    const [name = '', where = '', as = ''] = content
      .split('|')
      .slice(1)
      .map((cell) => cell.trim().replaceAll('`', ''));
    return /^-+$/.test(name) || name === 'Original name' ? [] : [{ name, where, as, line: index + 1 }];
  });
}

/** The planned path, or the same file name elsewhere in the server or the scripts. */
const builtFile = (row: Row, files: Set<string>): string | undefined =>
  [...files].find(
    (file) => file === row.as || (/^(backend|scripts)\//.test(file) && basename(file) === basename(row.as)),
  );

const PRODUCT = /^(backend\/src|packages\/safe-call|supabase\/schemas|scripts)\/.*\.(ts|sql)$/;

const builtCode = (root: string, row: Row, files: Set<string>): string | undefined =>
  [...files].find((file) => PRODUCT.test(file) && !isTest(file) && holds(root, file, row.name));

/** Made in SQL; or exported, declared or a key in TypeScript: a tool is a key of a table, a service one of its object. */
function holds(root: string, file: string, name: string): boolean {
  const text = readFileSync(join(root, file), 'utf8');
  if (!text.includes(name)) return false;
  if (!file.endsWith('.ts')) {
    const statements = text.replace(/--.*$/gm, '');
    return new RegExp(`create (or replace )?(function|trigger|table) (\\w+\\.)?${name}\\b`, 'i').test(
      statements,
    );
  }
  const source = readSource(root, file);
  let found = source.exports.includes(name);
  walk(source.program, (node) => {
    if (node.type === 'FunctionDeclaration' || node.type === 'VariableDeclarator')
      found ||= nameOf(node.id) === name;
    // `{ safeCall }` may take the name as well as give it.
    if (node.type === 'Property' && !node.shorthand) found ||= nameOf(node.key) === name;
  });
  return found;
}

if (import.meta.main) {
  const faults = checkSpecMap(resolve(process.argv[2] ?? '.'));
  for (const fault of faults) console.log(fault);
  console.log(`spec map: ${CODE_NAMES.length + FILE_NAMES.length} names, ${faults.length} findings`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
