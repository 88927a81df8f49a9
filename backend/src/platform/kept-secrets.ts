import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deriveKey } from './crypto.ts';
import { StartupError } from './errors.ts';
import type { SECRET_NAMES } from './settings/secret-names.ts';

/** In sandbox mode the secrets are made once and kept, so that a restart can still read what it sealed. */
export function keptSecrets(dataDir: string): Record<(typeof SECRET_NAMES)[number], string> {
  const file = join(dataDir, 'secrets.json');
  const Kept = z.object({ AUTH_SECRET: z.string(), ENCRYPTION_KEYS: z.string(), OPERATOR_TOKEN: z.string() });
  try {
    if (existsSync(file)) return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
    const made = {
      AUTH_SECRET: randomBytes(32).toString('base64url'),
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      OPERATOR_TOKEN: randomBytes(24).toString('base64url'),
    };
    mkdirSync(dataDir, { recursive: true });
    // Of processes that start at once the first one decides, and no one reads half a file.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      // Not made again: what the old ones sealed could never be opened again.
      throw new StartupError(
        `${file} is damaged, and the secrets in it can’t be read.\nRestore your backup there, or set the directory aside and start with an empty one: mv '${dataDir}' '${dataDir}.broken'`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `The data directory ${dataDir} can’t be used: ${reason}.\nMake it writable (sudo chown -R "$(id -un)" '${dataDir}'), or choose another one with VOXANNE_DATA_DIR.`,
    );
  }
}

export const STAND_IN_SECRETS = ['GOOGLE_CLIENT_SECRET', 'TWILIO_AUTH_TOKEN', 'VAPI_API_KEY'] as const;

/**
 * What the stand-ins and this deployment prove themselves to each other with. Derived, so that every process with the
 * same AUTH_SECRET derives the same key by itself; `sandbox/src/core/config.ts` derives the same.
 */
export const standInSecret = (authSecret: string, name: (typeof STAND_IN_SECRETS)[number]): string =>
  deriveKey(authSecret, `sandbox ${name}`).toString('hex').slice(0, 32);
