import { vi } from 'vitest';

/**
 * `expect.poll` has its limit in the configuration; `vi.waitFor` and `vi.waitUntil` give up after a second and can be
 * told otherwise only here. A limit is for what will never come: on a busy machine a second is nothing.
 */
const LIMIT = { timeout: 90_000, interval: 20 };

type Options = Parameters<typeof vi.waitFor>[1];
const { waitFor, waitUntil } = vi;
const patiently = (options: Options): Options =>
  typeof options === 'number' ? options : { ...LIMIT, ...options };
vi.waitFor = (look, options) => waitFor(look, patiently(options));
vi.waitUntil = (look, options) => waitUntil(look, patiently(options));
