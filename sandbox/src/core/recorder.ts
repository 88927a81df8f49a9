import type { Provider } from './providers.ts';

const keep = 5_000;

export interface RecordedRequest {
  id: number;
  provider: Provider;
  method: string;
  path: string;
  query: unknown;
  /** null while the answer is out, or when there never was one */
  status: number | null;
  at: string;
  authorization: string | null;
  body: unknown;
  /** the faults that struck it */
  faults: string[];
}

/** What the stand-ins received, in order of arrival. */
export class Recorder {
  #requests: RecordedRequest[] = [];
  #lastId = 0;

  add(request: Omit<RecordedRequest, 'id' | 'status' | 'body' | 'faults'>): RecordedRequest {
    this.#lastId += 1;
    const entry = { id: this.#lastId, ...request, status: null, body: null, faults: [] };
    this.#requests.push(entry);
    if (this.#requests.length > keep) this.#requests.shift();
    return entry;
  }

  list(filter: { provider?: Provider | undefined; since?: string | undefined }): RecordedRequest[] {
    return this.#requests.filter(
      (request) =>
        (!filter.provider || request.provider === filter.provider) &&
        (!filter.since || isAfter(request, filter.since)),
    );
  }

  clear(): void {
    this.#requests = [];
  }
}

/** `since` is the id of the last request seen, or a time. */
function isAfter(request: RecordedRequest, since: string): boolean {
  return /^\d+$/.test(since) ? request.id > Number(since) : Date.parse(request.at) >= Date.parse(since);
}

/** Enough to see which credential was used, not enough to use it. */
export function redact(authorization: string | undefined): string | null {
  if (!authorization) return null;
  const [scheme = '', credential = ''] = authorization.split(' ', 2);
  if (/^basic$/i.test(scheme)) {
    return `Basic ${Buffer.from(credential, 'base64').toString().split(':')[0]}:***`;
  }
  return `${scheme} ***${credential.slice(-4)}`;
}
