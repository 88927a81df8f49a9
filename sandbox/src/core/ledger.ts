import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

/**
 * What a vendor has accepted, one JSON line each. A line is written before the state changes and before
 * anyone is answered, so a process that dies at any instant forgets nothing it had promised.
 */
export class Ledger<Entry> {
  readonly #path: string;
  readonly #schema: z.ZodType<Entry>;
  readonly #apply: (entry: Entry) => void;
  #file: number | undefined;

  constructor(path: string, schema: z.ZodType<Entry>, apply: (entry: Entry) => void) {
    this.#path = path;
    this.#schema = schema;
    this.#apply = apply;
  }

  open(): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    if (existsSync(this.#path)) this.#replay();
    this.#file = openSync(this.#path, 'a', 0o600);
  }

  record(entry: Entry): void {
    if (this.#file === undefined) throw new Error('The stand-in is closed.');
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    this.#apply(entry);
  }

  clear(): void {
    if (this.#file !== undefined) ftruncateSync(this.#file, 0);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #replay(): void {
    const text = readFileSync(this.#path, 'utf8');
    const end = text.lastIndexOf('\n') + 1;
    // A line that was cut in the middle was never answered: drop it, or the next line would be glued to it.
    if (end < text.length) truncateSync(this.#path, Buffer.byteLength(text.slice(0, end)));
    for (const line of text.slice(0, end).split('\n')) {
      const entry = this.#schema.safeParse(parse(line));
      if (entry.success) this.#apply(entry.data);
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
