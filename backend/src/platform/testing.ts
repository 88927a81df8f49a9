import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Config, loadConfig } from './config.ts';
import { StartupError } from './errors.ts';

/** Reads settings in an empty folder, which is the root of a checkout for them; `remove` it afterwards. */
export function settingsFolder() {
  const root = mkdtempSync(join(tmpdir(), 'voxanne-config-'));
  const load = (env: Record<string, string> = {}): Config => loadConfig(env, root);
  return {
    root,
    load,
    /** The lines that name a fault. */
    faults(env: Record<string, string>): string[] {
      try {
        load(env);
      } catch (error) {
        expect(error).toBeInstanceOf(StartupError);
        return (error as Error).message.split('\n').filter((line) => line.startsWith('  - '));
      }
      return [];
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
