import { type Answer, type Call, send } from './http.ts';
import type { Product } from './product.ts';
import { until } from './wait.ts';

/** A signed-up clinic, driven over HTTP with its owner's token. */
export interface Clinic {
  orgId: string;
  email: string;
  password: string;
  cookie: string;
  token: string;
  get(path: string, call?: Call): Promise<Answer>;
  post(path: string, body?: unknown, call?: Call): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** The same clinic after the product was started again: sessions and tokens live in its data. */
  at(product: Pick<Product, 'url'>): Clinic;
}

export const PASSWORD = 'correct horse battery';
const TIME_ZONE = 'America/New_York';
let signedUp = 0;

export interface SignUp {
  name?: string;
  phone?: string;
}

export async function signUp(
  product: Pick<Product, 'url'>,
  { name = 'Bright Smiles', phone }: SignUp = {},
): Promise<Clinic> {
  signedUp += 1;
  const email = `owner-${process.pid}-${Date.now()}-${signedUp}@clinic.example`;
  const answer = await send('POST', `${product.url}/api/auth/sign-up/email`, {
    body: {
      email,
      password: PASSWORD,
      name: 'Ada Owner',
      organization_name: name,
      time_zone: TIME_ZONE,
      ...(phone && { phone }),
    },
  });
  if (answer.status !== 200) {
    throw new Error(`Sign-up was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  const token = String(
    (await send('GET', `${product.url}/api/auth/token`, { headers: { cookie } })).body.token,
  );
  const me = await send('GET', `${product.url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
  return clinicAt(product.url, {
    orgId: String(me.body.org_id),
    email,
    password: PASSWORD,
    cookie,
    token,
  });
}

type Identity = Pick<Clinic, 'orgId' | 'email' | 'password' | 'cookie' | 'token'>;

function clinicAt(url: string, identity: Identity): Clinic {
  const ask = (method: string, path: string, call: Call = {}) =>
    send(method, `${url}${path}`, {
      ...call,
      headers: { authorization: `Bearer ${identity.token}`, ...call.headers },
    });
  return {
    ...identity,
    get: (path, call) => ask('GET', path, call),
    post: (path, body, call) => ask('POST', path, { ...call, body }),
    patch: (path, body) => ask('PATCH', path, { body }),
    delete: (path) => ask('DELETE', path),
    at: (product) => clinicAt(product.url, identity),
  };
}

/** Goes through the consent page as a browser would, and back to us. */
export async function linkCalendar(
  clinic: Clinic,
  { account = 'ada@clinic.example', decision = 'approve' }: { account?: string; decision?: string } = {},
): Promise<Answer> {
  const begun = await clinic.post('/api/integrations/google/connect');
  const consent = new URL(begun.body.url);
  const form = new URLSearchParams(consent.searchParams);
  form.set('decision', decision);
  form.set('account', account);
  const agreed = await send('POST', `${consent.origin}${consent.pathname}`, { body: form });
  const back = new URL(agreed.headers.get('location') ?? '');
  return clinic.get(`${back.pathname}${back.search}`, { headers: { accept: 'text/html' } });
}

export async function statusOfGoogle(clinic: Clinic): Promise<string> {
  const { body } = await clinic.get('/api/integrations');
  return body.data.find((one: { provider: string }) => one.provider === 'google').status;
}

/** Until the assistant at Vapi is made; a phone call would wait for it, a direct tool call would not. */
export async function receptionistReady(clinic: Clinic): Promise<string> {
  return until('the receptionist', async () => {
    const { body } = await clinic.get('/api/integrations/vapi');
    return (body.phone_number && body.assistant_id) as string;
  });
}

export interface Slot {
  slot_id: string;
  start: string;
  end: string;
  label: string;
}

export async function freeSlots(clinic: Clinic, service = 'consultation'): Promise<Slot[]> {
  const { body } = await clinic.get(`/api/availability?service_type=${service}`);
  return body.slots;
}

/** A time that is open for sure: weeks ahead, ten o'clock in the clinic, on a weekday. */
export function openTime(weeks = 3, minutes = 0): string {
  const day = new Date(Date.now() + weeks * 7 * 86_400_000);
  while (day.getUTCDay() === 0 || day.getUTCDay() === 6) day.setUTCDate(day.getUTCDate() + 1);
  day.setUTCHours(15, minutes, 0, 0);
  return day.toISOString();
}

export const patient = (number: number, area = '212'): { name: string; phone: string } => ({
  name: `Patient ${number}`,
  phone: `+1${area}555${String(100 + number).padStart(4, '0')}`,
});
