import { vi } from 'vitest';

/**
 * `expect.poll` has its limit in the configuration; `vi.waitFor` and `vi.waitUntil` give up after a second and can be
 * set only here. A limit is for what will never come: on a busy machine a second is nothing.
 */
const LIMIT = { timeout: 90_000, interval: 20 };

type Options = Parameters<typeof vi.waitFor>[1];
type Patient<T> = T & { isPatient?: true };

const patiently = (options: Options): Options =>
  typeof options === 'number' ? options : { ...LIMIT, ...options };

// Each file of a worker comes by here, and one change is enough.
if (!(vi.waitFor as Patient<typeof vi.waitFor>).isPatient) {
  const { waitFor, waitUntil } = vi;
  vi.waitFor = Object.assign<typeof vi.waitFor, object>(
    (look, options) => waitFor(look, patiently(options)),
    { isPatient: true },
  );
  vi.waitUntil = (look, options) => waitUntil(look, patiently(options));
}
