import { isLoopbackHost, isLoopbackUrl, readAddress, readOrigin } from './addresses.ts';
import { operatorTokensOf } from './operator-tokens.ts';
import { SECRET_NAMES } from './secret-names.ts';
import { keyWeaknessOf, weaknessOf } from './strength.ts';

type Given = Record<string, string | undefined>;

const REQUIRED = [
  'PUBLIC_URL',
  ...SECRET_NAMES,
  'GOOGLE_CLIENT_ID',
  'GOOGLE_CLIENT_SECRET',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'VAPI_API_KEY',
] as const;

/** Where credentials, or the keys that tokens are checked with, travel to and fro. */
const VENDOR_ADDRESSES = [
  'GOOGLE_OAUTH_AUTH_URL',
  'GOOGLE_OAUTH_TOKEN_URL',
  'GOOGLE_OAUTH_REVOKE_URL',
  'GOOGLE_API_ROOT_URL',
  'TWILIO_API_BASE_URL',
  'VAPI_API_BASE_URL',
  'SUPABASE_URL',
] as const;

/** The stand-ins' credentials that aren't secrets: worthless anywhere else. */
export const STAND_IN_ACCOUNTS = {
  GOOGLE_CLIENT_ID: 'sandbox.apps.googleusercontent.com',
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000005a9d',
  TWILIO_FROM_NUMBER: '+15005550006',
} as const;

/** What is missing for live mode, and what is set but would be dangerous or useless in it. */
export function liveFaults(given: Given, sandboxPort: number): string[] {
  return [
    ...REQUIRED.filter((name) => !given[name]).map((name) => `${name}: required in live mode.`),
    ...senderFaults(given),
    ...publicUrlFaults(given.PUBLIC_URL),
    ...VENDOR_ADDRESSES.flatMap((name) => vendorFaults(name, given, sandboxPort)),
    ...standInFaults(given),
    ...weakFaults(given),
  ];
}

function senderFaults(given: Given): string[] {
  return given.TWILIO_FROM_NUMBER || given.TWILIO_MESSAGING_SERVICE_SID
    ? []
    : ['TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID: one of them is required in live mode.'];
}

function publicUrlFaults(text: string | undefined): string[] {
  const { value } = readOrigin(text ?? '');
  if (value === undefined || value.startsWith('https:') || isLoopbackUrl(value)) return [];
  return [
    'PUBLIC_URL: must begin with https:// in live mode. Over http, anyone in between can read sign-ins and patient data. Put a proxy with TLS in front; only this machine (http://localhost:3001) can go without.',
  ];
}

function vendorFaults(name: (typeof VENDOR_ADDRESSES)[number], given: Given, sandboxPort: number): string[] {
  const { value } = readAddress(given[name] ?? '');
  if (value === undefined) return [];
  const at = new URL(value);
  const standIns = readAddress(given.SANDBOX_URL ?? '').value;
  const isStandIn =
    (isLoopbackHost(at.hostname) && at.port === String(sandboxPort)) ||
    (standIns !== undefined && at.origin === new URL(standIns).origin);
  if (isStandIn) {
    return [
      `${name}: points to the sandbox, where nothing reaches a real person. Leave it out to use the real service.`,
    ];
  }
  if (at.protocol === 'https:' || isLoopbackHost(at.hostname)) return [];
  return [
    `${name}: must begin with https:// in live mode, because it gets credentials. Only this machine can go without.`,
  ];
}

function standInFaults(given: Given): string[] {
  const faults: string[] = [];
  for (const [name, value] of Object.entries(STAND_IN_ACCOUNTS)) {
    if (given[name] === value) faults.push(`${name}: is the sandbox’s. Set your own.`);
  }
  for (const name of ['GOOGLE_CLIENT_SECRET', 'TWILIO_AUTH_TOKEN', 'VAPI_API_KEY']) {
    if (/^sandbox\b/i.test(given[name] ?? '')) faults.push(`${name}: is the sandbox’s. Set your own.`);
  }
  return faults;
}

const COMMANDS = {
  AUTH_SECRET: 'Make one: openssl rand -base64 32',
  OPERATOR_TOKEN: 'Make one: openssl rand -base64 24',
  SUPABASE_JWT_SECRET: 'Make a new one in the project’s settings.',
} as const;

function weakFaults(given: Given): string[] {
  const faults = Object.entries(COMMANDS).flatMap(([name, command]) => {
    const values = name === 'OPERATOR_TOKEN' ? operatorTokensOf(given[name] ?? '') : [given[name] ?? ''];
    const weakness = values.map((value) => (value === '' ? undefined : weaknessOf(value))).find(Boolean);
    return weakness ? [`${name}: ${weakness}, so it can be guessed. ${command}`] : [];
  });
  for (const entry of (given.ENCRYPTION_KEYS ?? '').split(',')) {
    const [id = '', text = ''] = entry.trim().split(/:(.*)/s);
    const key = Buffer.from(text, 'base64');
    // Of another length it is refused as what it is.
    const weakness = key.length === 32 ? keyWeaknessOf(key) : undefined;
    if (weakness) {
      faults.push(
        `ENCRYPTION_KEYS: the key "${id}" ${weakness}, so it can be guessed. Make one: echo "${id}:$(openssl rand -base64 32)".`,
      );
    }
  }
  if (given.AUTH_SECRET && operatorTokensOf(given.OPERATOR_TOKEN ?? '').includes(given.AUTH_SECRET)) {
    faults.push('OPERATOR_TOKEN: is the same as AUTH_SECRET. Make a separate one: openssl rand -base64 24');
  }
  return faults;
}
