import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);

const environment = z.object({
  SANDBOX_PORT: port.default(3002),
  HOST: z.string().default('127.0.0.1'),
  VOXANNE_DATA_DIR: z.string().default('.voxanne'),
  PUBLIC_URL: z.url().default('http://localhost:3001'),
  TWILIO_ACCOUNT_SID: z.string().default('AC00000000000000000000000000005a9d'),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM_NUMBER: z.string().default('+15005550006'),
  GOOGLE_CLIENT_ID: z.string().default('sandbox.apps.googleusercontent.com'),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  VAPI_API_KEY: z.string().optional(),
  AUTH_SECRET: z.string().optional(),
});

const secretOfThisRun = randomBytes(32).toString('base64url');

/** Ours is the deployment's, so that both sides know the same credentials without being told. */
function authSecretOf({ AUTH_SECRET, VOXANNE_DATA_DIR }: z.infer<typeof environment>): string | undefined {
  if (AUTH_SECRET !== undefined) return AUTH_SECRET;
  try {
    const kept = JSON.parse(readFileSync(join(VOXANNE_DATA_DIR, 'secrets.json'), 'utf8'));
    return z.object({ AUTH_SECRET: z.string() }).parse(kept).AUTH_SECRET;
  } catch {
    return undefined;
  }
}

/** Nothing that is in the source, where a reader could sign with it. */
const credential = (authSecret: string, name: string): string =>
  Buffer.from(hkdfSync('sha256', authSecret, 'voxanne', `sandbox ${name}`, 32))
    .toString('hex')
    .slice(0, 32);

/** How fast the simulated world moves. Tests set it to nothing. */
export interface Pace {
  /** from one message status to the next */
  callbackMs: number;
  /** before a status callback that could not be connected is tried a second time */
  callbackRetryMs: number;
  /** how long callbacks of an earlier run keep looking for a receiver that is still starting */
  callbackPatienceMs: number;
  /** between two sentences of a phone call */
  sentenceMs: number;
  /** how long a call waits for an assistant that is still being created */
  assistantTimeoutMs: number;
}

export const humanPace: Pace = {
  callbackMs: 150,
  callbackRetryMs: 1_000,
  callbackPatienceMs: 30_000,
  sentenceMs: 120,
  assistantTimeoutMs: 8_000,
};

export interface SandboxConfig {
  port: number;
  host: string;
  /** where the stand-ins keep what they accepted */
  stateDir: string;
  publicUrl: string;
  twilio: { accountSid: string; authToken: string; fromNumber: string };
  google: { clientId: string; clientSecret: string };
  vapi: { apiKey: string };
  /** true where credentials were made that hold for this run only */
  isForThisRun: boolean;
  pace: Pace;
  now: () => number;
  random: () => number;
}

export function readConfig(env: Record<string, string | undefined>): SandboxConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.parse(given);
  const known = authSecretOf(parsed);
  const secretOf = (name: 'TWILIO_AUTH_TOKEN' | 'GOOGLE_CLIENT_SECRET' | 'VAPI_API_KEY') =>
    parsed[name] ?? credential(known ?? secretOfThisRun, name);
  return {
    port: parsed.SANDBOX_PORT,
    host: parsed.HOST,
    stateDir: join(parsed.VOXANNE_DATA_DIR, 'sandbox'),
    publicUrl: parsed.PUBLIC_URL.replace(/\/+$/, ''),
    twilio: {
      accountSid: parsed.TWILIO_ACCOUNT_SID,
      authToken: secretOf('TWILIO_AUTH_TOKEN'),
      fromNumber: parsed.TWILIO_FROM_NUMBER,
    },
    google: { clientId: parsed.GOOGLE_CLIENT_ID, clientSecret: secretOf('GOOGLE_CLIENT_SECRET') },
    vapi: { apiKey: secretOf('VAPI_API_KEY') },
    isForThisRun:
      known === undefined &&
      !(parsed.TWILIO_AUTH_TOKEN && parsed.GOOGLE_CLIENT_SECRET && parsed.VAPI_API_KEY),
    pace: humanPace,
    now: Date.now,
    random: Math.random,
  };
}
