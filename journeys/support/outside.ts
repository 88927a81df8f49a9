import { type Answer, send } from './http.ts';
import type { Product } from './product.ts';

export interface Text {
  to: string;
  from: string;
  body: string;
  sid: string;
}

export interface GoogleEvent {
  id: string;
  status: string;
  summary: string;
  start: { dateTime: string };
  extendedProperties?: { private?: Record<string, string> };
}

export interface Fault {
  provider: 'google' | 'twilio' | 'vapi';
  kind: string;
  match?: string;
  times?: number;
  latency_ms?: number;
  status?: number;
}

export interface SeenRequest {
  id: number;
  provider: string;
  method: string;
  path: string;
  status?: number;
}

/** The world around the clinic: the patients' phones, Google, and what goes wrong there. */
export interface Outside {
  texts(to?: string): Promise<Text[]>;
  events(): Promise<GoogleEvent[]>;
  requests(provider?: string): Promise<SeenRequest[]>;
  breakIt(fault: Fault): Promise<void>;
  fix(): Promise<void>;
  /** @returns the id of the call; it plays on. */
  phoneCall(orgId: string, from: string, script?: unknown): Promise<string>;
  // biome-ignore lint/suspicious/noExplicitAny: read as it comes
  call(id: string): Promise<any>;
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

export function outsideOf(product: Pick<Product, 'sandboxUrl'>): Outside {
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await send(method, `${product.sandboxUrl}/_sandbox${path}`, { body });
    if (answer.status >= 400) {
      throw new Error(`The sandbox refused ${method} ${path}: ${JSON.stringify(answer.body)}`);
    }
    return answer;
  };
  const list = async (path: string) => (await ask('GET', path)).body.data;
  return {
    ask,
    texts: (to) => list(to === undefined ? '/messages' : `/messages?to=${encodeURIComponent(to)}`),
    events: () => list('/events'),
    requests: (provider) => list(provider === undefined ? '/requests' : `/requests?provider=${provider}`),
    async breakIt(fault) {
      await ask('PUT', '/faults', fault);
    },
    async fix() {
      await ask('DELETE', '/faults');
    },
    async phoneCall(orgId, from, script) {
      return (await ask('POST', '/call', { org_id: orgId, from, ...(script !== undefined && { script }) }))
        .body.call_id;
    },
    async call(id) {
      return (await ask('GET', `/calls/${id}`)).body;
    },
  };
}
