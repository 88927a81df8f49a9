import { hasRedisServer, type PrivateRedis, startRedis } from '@voxanne/safe-call/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPrivatePostgres } from '../backend/src/testing/postgres.setup.ts';
import { type Clinic, linkCalendar, openTime, patient, receptionistReady, signUp } from './support/clinic.ts';
import { figures, seconds } from './support/figures.ts';
import { type Member, startMember } from './support/members.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { freePorts } from './support/ports.ts';
import { descendantsOf } from './support/processes.ts';
import { clearAway, makeDataDir } from './support/product.ts';
import { type RoundRobin, startRoundRobin } from './support/round-robin.ts';
import { until } from './support/wait.ts';

const withoutRedis = { redis: false, mode: 'PostgreSQL rows, woken by LISTEN/NOTIFY' };
const withRedis = { redis: true, mode: 'PostgreSQL rows carried by BullMQ on Redis' };
const redisIsThere = hasRedisServer() || process.env.CI === 'true';
const deployments = redisIsThere ? [withoutRedis, withRedis] : [withoutRedis];
// A lease runs out (4 s), and a text that Twilio does not know of is asked for until 10 s have passed.
const HEALING_LIMIT_MS = 120_000;

describe.each(deployments)(
  'two web and two worker processes on one PostgreSQL, Redis: $redis',
  (deployment) => {
    const table = figures(`Scale-out, ${deployment.redis ? 'with' : 'without'} Redis`);
    let postgres: Awaited<ReturnType<typeof startPrivatePostgres>>;
    let redis: PrivateRedis | undefined;
    let front: RoundRobin;
    let outside: Outside;
    let webs: Member[] = [];
    let workers: Member[] = [];
    let dataDir: string;
    /** The same clinic, driven through the first and through the second web process. */
    let viaFirst: Clinic;
    let viaSecond: Clinic;
    let startWorkerNamed: (name: string) => Promise<Member>;
    let number = 0;

    beforeAll(async () => {
      postgres = await startPrivatePostgres();
      if (deployment.redis) redis = await startRedis();
      dataDir = makeDataDir();
      const [first, second] = [await freePorts(), await freePorts()];
      const env = {
        VOXANNE_DATA_DIR: dataDir,
        DATABASE_URL: postgres.ownerUrl,
        PUBLIC_URL: `http://localhost:${second.database}`,
        SANDBOX_PORT: String(first.sandbox),
        AUTH_SECRET: 'one-secret-for-all-processes-of-a-deployment',
        ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
        OPERATOR_TOKEN: 'an-operator-token',
        TRUST_PROXY_HOPS: '1',
        ...(redis ? { REDIS_URL: `redis://127.0.0.1:${redis.port}` } : {}),
      };
      front = await startRoundRobin(second.database, [first.api, second.api]);
      startWorkerNamed = (name) => startMember(name, { ...env, VOXANNE_ROLE: 'worker' });
      const startWeb = (name: string, port: number) =>
        startMember(name, { ...env, VOXANNE_ROLE: 'web', PORT: String(port) });
      // All at once on an empty database: one migrates and one starts the stand-ins, the first to get there.
      const begun = performance.now();
      const members = await Promise.all([
        startWeb('web 1', first.api),
        startWeb('web 2', second.api),
        startWorkerNamed('worker 1'),
        startWorkerNamed('worker 2'),
      ]);
      table.add('four processes at once, empty database, ready', seconds(performance.now() - begun));
      webs = members.slice(0, 2);
      workers = members.slice(2);
      outside = outsideOf({ sandboxUrl: `http://127.0.0.1:${first.sandbox}` });
      const [one, two] = webs as [Member, Member];
      viaFirst = await signUp(one);
      viaSecond = viaFirst.at(two);
    }, 120_000);
    afterAll(async () => {
      table.print();
      await Promise.all([...webs, ...workers].map((member) => member.end('SIGKILL')));
      await front?.close();
      await redis?.stop();
      await postgres?.stop();
      await clearAway({ dataDir });
    });

    const book = async (clinic: Clinic) => {
      number += 1;
      const who = patient(number);
      const { body, status } = await clinic.post('/api/appointments', {
        ...who,
        service_type: 'consultation',
        scheduled_at: openTime(3 + number),
      });
      expect(status, JSON.stringify(body)).toBe(201);
      return { id: body.appointment_id as string, phone: who.phone };
    };
    type Booked = Awaited<ReturnType<typeof book>>;

    const healthOf = async (clinic: Clinic, name: string) =>
      (await clinic.get('/api/health/integrations')).body.integrations.find(
        (entry: { name: string }) => entry.name === name,
      );

    /** Waits until each booking is in the calendar and on the phone, and looks that nothing came twice. */
    const expectOneOfEach = async (bookings: Booked[], clinic: Clinic) => {
      for (const { id, phone } of bookings) {
        await until(
          'the push and the text',
          async () => {
            const { body } = await clinic.get(`/api/appointments/${id}`);
            return body.sync_state === 'synced' && (await outside.texts(phone)).length > 0;
          },
          { limitMs: HEALING_LIMIT_MS },
        );
      }
      const events = await outside.events();
      for (const { id, phone } of bookings) {
        const mine = events.filter(
          (event) => event.extendedProperties?.private?.voxanne_appointment_id === id,
        );
        expect(mine, 'events in Google').toHaveLength(1);
        expect(await outside.texts(phone), 'texts on the phone').toHaveLength(1);
      }
    };

    test('signed up at one, linked through the front, booked at the other: one event, one text', async () => {
      await receptionistReady(viaSecond);
      await linkCalendar(viaFirst.at(front));
      await expectOneOfEach([await book(viaSecond)], viaFirst);
    });

    test('both say how the queue is carried', async () => {
      for (const clinic of [viaFirst, viaSecond]) {
        expect(await healthOf(clinic, 'Webhook Queue')).toMatchObject({
          status: 'healthy',
          details: { mode: deployment.mode, dead_letter: 0 },
        });
        expect((await healthOf(clinic, 'Redis')).status).toBe('healthy');
      }
    });

    test('a breaker that opens in one is open in the other, and a reset reaches both', async () => {
      const openAt = async (clinic: Clinic) =>
        (await clinic.get('/api/circuit-breakers')).body.data
          .filter((breaker: { state: string }) => breaker.state !== 'closed')
          .map((breaker: { name: string }) => breaker.name);
      await outside.breakIt({ provider: 'google', kind: 'status', status: 503 });
      await until(
        'a breaker to open',
        async () => {
          await viaFirst.post('/api/integrations/google/test');
          return (await openAt(viaFirst)).length > 0;
        },
        { limitMs: 120_000 },
      );
      const [name] = await openAt(viaFirst);
      await until('the other to know', async () => (await openAt(viaSecond)).includes(name));
      await outside.fix();
      expect((await viaSecond.post('/api/circuit-breakers/reset', { name })).status).toBe(200);
      for (const clinic of [viaSecond, viaFirst])
        await until('the breaker to close', async () => !(await openAt(clinic)).includes(name));
    });

    test('a worker killed in the middle of its work: the other one does it, once', async () => {
      await outside.breakIt({ provider: 'google', kind: 'latency', latency_ms: 2_000, times: 8 });
      await outside.breakIt({ provider: 'twilio', kind: 'latency', latency_ms: 2_000, times: 8 });
      const before = (await outside.requests('google')).length;
      const bookings: Booked[] = [];
      for (let n = 0; n < 8; n += 1) bookings.push(await book(n % 2 === 0 ? viaFirst : viaSecond));
      await until('work under way', async () => (await outside.requests('google')).length > before + 2);
      const begun = performance.now();
      await workers[0]?.end('SIGKILL');
      await expectOneOfEach(bookings, viaSecond);
      table.add('worker killed, 8 bookings made good after', seconds(performance.now() - begun));
      workers[0] = await startWorkerNamed('worker 1, again');
    });

    const testWithRedis = deployment.redis ? test : () => undefined;
    testWithRedis('Redis stopped: bookings still arrive, and both say so', async () => {
      const { port } = redis as PrivateRedis;
      await redis?.stop();
      for (const clinic of [viaFirst, viaSecond]) {
        await until(
          'the health to tell',
          async () => (await healthOf(clinic, 'Redis')).status === 'degraded',
        );
        expect((await healthOf(clinic, 'Webhook Queue')).details.mode).toBe(
          'Redis is down; the queue runs on PostgreSQL alone',
        );
      }
      await expectOneOfEach([await book(viaFirst), await book(viaSecond)], viaFirst);
      redis = await startRedis({ port });
      await until(
        'Redis to be used again',
        async () => (await healthOf(viaFirst, 'Redis')).status === 'healthy',
      );
      await expectOneOfEach([await book(viaFirst)], viaSecond);
    });

    test('the web process with the stand-ins killed: the other serves on, and starts them again', async () => {
      const hasStandIns = (web: Member) => descendantsOf(web.pid).length > 0;
      const [owner, other] = webs.toSorted((a, b) => Number(hasStandIns(b)) - Number(hasStandIns(a))) as [
        Member,
        Member,
      ];
      expect([hasStandIns(owner), hasStandIns(other)]).toEqual([true, false]);
      await owner.end('SIGKILL');
      webs = [other];
      await until('the other to start the stand-ins', () => hasStandIns(other));
      await until('the stand-ins to answer', () => outside.events());
      const through = viaFirst.at(front);
      await expectOneOfEach([await book(through), await book(through)], through);
    });

    test('asked to end, each ends with 0', async () => {
      const left = [...webs, ...workers];
      const codes = await Promise.all(left.map((member) => member.end()));
      expect(codes).toEqual([0, 0, 0]);
    });
  },
);
