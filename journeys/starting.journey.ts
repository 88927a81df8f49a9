import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clinic, linkCalendar, openTime, patient, receptionistReady, signUp } from './support/clinic.ts';
import { figures, seconds } from './support/figures.ts';
import { send } from './support/http.ts';
import { outsideOf } from './support/outside.ts';
import { freePorts, type HeldPort, hold, isListening } from './support/ports.ts';
import {
  clearAway,
  type Ended,
  makeDataDir,
  type Product,
  postmasterOf,
  startInVain,
  startProduct,
} from './support/product.ts';
import { until, within } from './support/wait.ts';

const table = figures('Starting and stopping');
const dirs: { dataDir: string }[] = [];
const held: HeldPort[] = [];
const foreign: ChildProcess[] = [];
let bookings = 0;

afterAll(async () => {
  table.print();
  for (const one of held) await one.release();
  for (const one of foreign) one.kill('SIGKILL');
  await clearAway(...dirs);
});

function freshDir(): string {
  const dataDir = makeDataDir();
  dirs.push({ dataDir });
  return dataDir;
}

async function start(options: Parameters<typeof startProduct>[0] = {}): Promise<Product> {
  const product = await startProduct(options);
  dirs.push(product);
  return product;
}

/** Words for a person: what is wrong and what to do, without a stack, and exit 1. */
function expectWords({ code, output }: Ended, ...words: (string | RegExp)[]): void {
  expect(code, output).toBe(1);
  for (const word of words) expect(output).toMatch(word);
  expect(output).not.toMatch(/^\s+at /m);
  expect(output).not.toContain('ready at');
}

/** It took nothing with it and left nothing behind. */
async function expectNothingLeft(ports: { api: number; sandbox: number; database: number }, dataDir: string) {
  for (const [name, port] of Object.entries(ports)) {
    await until(`the ${name} port to be free`, async () => !(await isListening(port)), { limitMs: 60_000 });
  }
  expect(postmasterOf(dataDir)).toBeUndefined();
}

describe('a second start beside the first', () => {
  let first: Product;
  beforeAll(async () => {
    first = await start();
  });
  afterAll(async () => {
    const { code, left } = await first.stop();
    expect({ code, left }).toEqual({ code: 0, left: [] });
  });

  const expectFirstServes = async () => {
    expect((await send('GET', `${first.url}/ready`)).status).toBe(200);
    expect((await send('GET', `${first.sandboxUrl}/_sandbox/faults`)).status).toBe(200);
  };

  test('a start of the same Voxanne says which port is taken and by what, and breaks nothing', async () => {
    const second = await startInVain({ dataDir: first.dataDir, ports: first.ports });
    table.add('the second start says so after', seconds(second.ms));
    expectWords(
      second,
      `Port ${first.ports.api} is taken`,
      /another Voxanne.*up for \d+ s/,
      `process ${first.pid}`,
      'PORT',
    );
    await expectFirstServes();
  });

  test('with other ports on the same data directory says that another Voxanne is running there', async () => {
    const ports = await freePorts();
    const second = await startInVain({ dataDir: first.dataDir, ports });
    expectWords(second, `Another Voxanne is running on ${first.dataDir}`, 'VOXANNE_DATA_DIR');
    await expectFirstServes();
    for (const port of Object.values(ports)) expect(await isListening(port)).toBe(false);
    expect(
      (
        await send('POST', `${first.url}/api/auth/sign-in/email`, {
          body: { email: 'a@b.co', password: 'x' },
        })
      ).status,
    ).toBe(401);
  });

  test('with its own place and ports runs beside it', async () => {
    const second = await start();
    await expectFirstServes();
    expect((await send('GET', `${second.url}/ready`)).status).toBe(200);
    const { code, left, ms } = await second.stop();
    table.add('SIGTERM to the end, idle', seconds(ms));
    expect({ code, left }).toEqual({ code: 0, left: [] });
    await expectFirstServes();
  });
});

describe('a port that is taken', () => {
  test.each([
    ['PORT', 'api'],
    ['SANDBOX_PORT', 'sandbox'],
    ['DATABASE_PORT', 'database'],
  ] as const)(
    '%s: named with the program that holds it, and nothing is left running',
    async (name, which) => {
      const taken = await hold();
      held.push(taken);
      const ports = { ...(await freePorts()), [which]: taken.port };
      const dataDir = freshDir();
      const ended = await startInVain({ dataDir, ports });
      expectWords(ended, `Port ${taken.port}`, new RegExp(`taken by process ${process.pid} \\(`), name);
      expect(await isListening(taken.port)).toBe(true);
      await taken.release();
      await expectNothingLeft(ports, dataDir);

      if (which !== 'database') return;
      const again = await start({ dataDir, ports });
      expect((await again.stop()).left).toEqual([]);
    },
  );
});

describe('a data directory that cannot be used is said in words with the command that repairs it', () => {
  const inVain = async (dataDir: string, ...words: (string | RegExp)[]) => {
    const ports = await freePorts();
    expectWords(await startInVain({ dataDir, ports }), ...words);
    await expectNothingLeft(ports, dataDir);
  };

  test('a file in its place', async () => {
    const dataDir = join(freshDir(), 'file');
    writeFileSync(dataDir, 'not a directory\n');
    await inVain(dataDir, dataDir, /can’t be used/, /VOXANNE_DATA_DIR/);
  });

  test('a place that cannot be made, below a file', async () => {
    const parent = join(freshDir(), 'file');
    writeFileSync(parent, 'not a directory\n');
    await inVain(join(parent, 'data'), parent, /can’t be used/, /VOXANNE_DATA_DIR/);
  });

  test('a postgres folder that is not a database', async () => {
    const dataDir = freshDir();
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'notes.txt'), 'mine\n');
    await inVain(dataDir, /isn’t a complete PostgreSQL/, /PG_VERSION/, `mv '${join(dataDir, 'postgres')}'`);
  });

  test('a file where the database belongs', async () => {
    const dataDir = freshDir();
    writeFileSync(join(dataDir, 'postgres'), 'mine\n');
    await inVain(dataDir, join(dataDir, 'postgres'), /mv '/);
  });

  test('secrets that were damaged', async () => {
    const dataDir = freshDir();
    writeFileSync(join(dataDir, 'secrets.json'), '{"AUTH_SECRET":');
    await inVain(dataDir, /secrets\.json|can’t be used/);
  });

  test('the half-made database of an interrupted start is made again, and one of another version is refused', async () => {
    const dataDir = freshDir();
    mkdirSync(join(dataDir, 'postgres.tmp', 'base'), { recursive: true });
    const product = await start({ dataDir });
    expect((await product.stop()).left).toEqual([]);

    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '9\n');
    await inVain(dataDir, join(dataDir, 'postgres'), /version|incompatible/i);
  });
});

test('settings: every fault at once, each by its name, and no secret among the words', async () => {
  const dataDir = freshDir();
  rmSync(dataDir, { recursive: true });
  const ended = await startInVain({
    dataDir,
    env: {
      VOXANNE_DATADIR: '/somewhere',
      VOXANNE_MODE: 'productive',
      DATABASE_PORT: 'five',
      DATABASE_URL: 'mysql://root:hunter2@localhost/x',
      AUTH_SECRET: 'short-secret',
      LOG_LEVEL: 'loud',
    },
  });
  expectWords(
    ended,
    'VOXANNE_DATADIR: no such setting exists',
    /VOXANNE_MODE: /,
    /DATABASE_PORT: /,
    /DATABASE_URL: /,
    /AUTH_SECRET: /,
    /LOG_LEVEL: /,
    '.env.example',
  );
  expect(ended.output).not.toContain('hunter2');
  expect(ended.output).not.toContain('short-secret');
});

test('a database that cannot be reached is reported in words, without its password', async () => {
  const DATABASE_URL = 'postgres://nobody:hunter2@127.0.0.1:1/none';
  const ended = await startInVain({ dataDir: freshDir(), env: { DATABASE_URL } });
  expectWords(
    ended,
    /DATABASE_URL can’t be used: .*ECONNREFUSED/,
    'Nothing is listening at that host and port',
  );
  expect(ended.output).not.toContain('hunter2');
});

test('live mode names every credential that is missing', async () => {
  const ended = await startInVain({ dataDir: freshDir(), env: { VOXANNE_MODE: 'live' } });
  const names = [
    'AUTH_SECRET',
    'ENCRYPTION_KEYS',
    'OPERATOR_TOKEN',
    'GOOGLE_CLIENT_ID',
    'TWILIO_AUTH_TOKEN',
    'VAPI_API_KEY',
  ];
  expectWords(ended, ...names.map((name) => `${name}: required`));
});

describe('a signal to end', () => {
  let product: Product;
  let clinic: Clinic;
  beforeAll(async () => {
    product = await start();
    clinic = await signUp(product);
    await receptionistReady(clinic);
    await linkCalendar(clinic);
  });

  test.each<[how: string, options: Parameters<Product['stop']>[0]]>([
    ['SIGTERM to the process group', { group: true }],
    ['SIGTERM twice to the group, as npm passes it on', { group: true, signals: ['SIGTERM', 'SIGTERM'] }],
    ['Ctrl-C', { group: true, signals: ['SIGINT'] }],
  ])('%s: drains, exits 0, leaves nothing, and what was booked arrives once', async (how, options) => {
    const outside = outsideOf(product);
    // A page that follows along, and a push that Google is slow to answer.
    const live = await fetch(`${product.url}/api/events`, {
      headers: { authorization: `Bearer ${clinic.token}` },
    });
    await outside.breakIt({ provider: 'google', kind: 'latency', match: '/events', latency_ms: 500 });
    bookings += 1;
    const booked = await clinic.post('/api/appointments', {
      ...patient(bookings),
      service_type: 'consultation',
      scheduled_at: openTime(bookings + 1),
    });
    expect(booked.status).toBe(201);
    await until('the push under way', async () =>
      (await outside.requests('google')).some(
        ({ method, path }) => method === 'POST' && path.endsWith('/events'),
      ),
    );
    const stopped = await product.stop(options);
    table.add(how, seconds(stopped.ms), 'with work under way');
    expect(stopped).toMatchObject({ code: 0, left: [] });
    await within(
      'the end of the live events',
      60_000,
      live.text().catch(() => ''),
    );

    product = await start({ dataDir: product.dataDir, ports: product.ports });
    clinic = clinic.at(product);
    table.add('  and ready again (warm)', seconds(product.readyMs));
    await until('the push and the text', async () => {
      const { body } = await clinic.get(`/api/appointments/${booked.body.appointment_id}`);
      const [text] = (await clinic.get('/api/messages')).body.data;
      return body.sync_state === 'synced' && text?.status === 'delivered';
    });
    expect(await outsideOf(product).events()).toHaveLength(bookings);
    expect(await outsideOf(product).texts()).toHaveLength(bookings);
  });

  test('while it is still starting: it ends as asked, with nothing left', async () => {
    const dataDir = freshDir();
    const ports = await freePorts();
    for (const afterMs of [20, 500, 900]) {
      const ended = await startInVain({ dataDir, ports, signalAfterMs: afterMs });
      // In its first moments it has begun nothing and simply ends by the signal.
      expect([0, null], `after ${afterMs} ms:\n${ended.output}`).toContain(ended.code);
      await expectNothingLeft(ports, dataDir);
    }
    const product = await start({ dataDir, ports });
    expect((await product.stop()).left).toEqual([]);
  });
});

test('another program on the port is named', async () => {
  const { api } = await freePorts();
  const script = `require('node:http').createServer((q, r) => r.end('hello')).listen(${api}, '127.0.0.1')`;
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  foreign.push(child);
  await until('the foreign program', () => isListening(api));
  const ended = await startInVain({ dataDir: freshDir(), ports: { ...(await freePorts()), api } });
  expectWords(ended, `Port ${api} is taken by process ${child.pid} (`);
  expect((await send('GET', `http://127.0.0.1:${api}/`)).body).toBe('hello');
});
