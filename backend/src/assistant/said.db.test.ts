import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { misheard } from '../spoken/testing/mishearings.ts';
import { clinics, type SaidRow, saidRows } from '../spoken/testing/said.ts';
import { HOURS, onClock, SpokenScene } from '../spoken/testing/spoken-scene.ts';
import { inProof } from '../testing/proofs.ts';
import { type AssistantScene, createAssistantScene } from './testing.ts';

/** One row of so many goes through the tools; all of them are read in spoken/said.test.ts. */
const ONE_OF = inProof({ short: 13, long: 4 });
const LINES = 4;

/** Every second one has one of its words misheard, where one can be. */
const heard = saidRows
  .filter((_, index) => index % ONE_OF === 0)
  .map((row, index) => {
    const variants = index % 2 === 0 ? [] : misheard(row);
    return variants[index % variants.length] ?? row;
  });

const letter = (number: number) => String.fromCharCode(97 + (Math.floor(number) % 26));

/** Their own caller for each row. */
const callerOf = (n: number) => ({
  name: `Maria Lopez${letter(n / 676)}${letter(n / 26)}${letter(n)}`,
  from: `+1415555${1_000 + n}`,
});

const fieldsOf = ({ dateText, date, time, weekday }: SaidRow['said']) => ({
  dateText,
  appointmentDate: date,
  appointmentTime: time,
  weekday,
});

/** Said of no appointment these are a question; of the one that is moved they may be an answer. */
const isOfAppointment = ({ said, right }: SaidRow): boolean =>
  right.startsWith('ask') &&
  /\b(?:same (?:time|day|hour)|instead|later|earlier)\b/i.test(said.dateText ?? '');

const shown = (at: Date, zone: string): string => onClock(at, zone).toString({ smallestUnit: 'minute' });

/** Eleven in the morning of a Wednesday in five weeks or so. */
function elsewhere(now: Date, zone: string): string {
  const day = onClock(now, zone).toPlainDate().add({ days: 31 });
  return `${day.add({ days: 10 - day.dayOfWeek }).toString()}T11:00:00`;
}

describe('what callers say, through the tools', () => {
  let scene: AssistantScene;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  afterAll(() => scene.close());

  test('books, moves and cancels at no other time than was said', async ({ annotate }) => {
    const counts = { booked: 0, moved: 0, canceled: 0 };
    const wrong: string[] = [];
    let lastCaller = 0;

    /** Each row is booked, the appointment moved to the words of the next row, and canceled. */
    const answerCalls = async (clinicName: string, rows: SaidRow[]) => {
      const { now, zone, country, hours } = SpokenScene.parse(clinics[clinicName]);
      const { orgId, secret } = await scene.clinic({ timeZone: zone, country });
      await scene.owner.query('update public.providers set working_hours = $2 where org_id = $1', [
        orgId,
        JSON.stringify(HOURS[hours][0]),
      ]);
      const times = async () => {
        const { rows: taken } = await scene.owner.query<{ scheduled_at: Date }>(
          `select scheduled_at from public.appointments where org_id = $1 and status <> 'cancelled'`,
          [orgId],
        );
        return taken.map(({ scheduled_at }) => shown(scheduled_at, zone)).join();
      };
      const isAsSaid = async (verb: string, { said, right }: SaidRow, before = '') => {
        const after = await times();
        if (after === before) return false;
        if (after !== right.slice(4).replace(' ', 'T')) {
          wrong.push(`${clinicName}: ${JSON.stringify(said)} is ${right}, ${verb} ${after}`);
        }
        return true;
      };
      for (const [index, row] of rows.entries()) {
        const { name, from } = callerOf(lastCaller++);
        const use = scene.caller(secret, { from, callId: `call-of-${from}` });
        const service = { name, serviceType: 'consultation' };
        await use('bookClinicAppointment', { ...service, ...fieldsOf(row.said) });
        if (await isAsSaid('booked', row)) counts.booked += 1;
        else await use('bookClinicAppointment', { ...service, scheduledAt: elsewhere(new Date(now), zone) });
        const before = await times();
        const next = [...rows.slice(index + 1), ...rows].find((one) => !isOfAppointment(one)) ?? row;
        const move = { name, ...fieldsOf(next.said) };
        await use('rescheduleAppointment', move);
        await use('rescheduleAppointment', { ...move, confirmed: 'yes' });
        if (await isAsSaid('moved', next, before)) counts.moved += 1;
        await use('cancelAppointment', { name });
        await use('cancelAppointment', { name, confirmed: 'yes' });
        if ((await times()) === '') counts.canceled += 1;
        else wrong.push(`${clinicName}: ${JSON.stringify(row.said)} is not canceled`);
      }
    };

    for (const [clinicName, rows = []] of Object.entries(Object.groupBy(heard, ({ clinic }) => clinic))) {
      scene.clock.set(SpokenScene.parse(clinics[clinicName]).now);
      await Promise.all(
        Array.from({ length: LINES }, (_, line) =>
          answerCalls(
            clinicName,
            rows.filter((_row, index) => index % LINES === line),
          ),
        ),
      );
    }
    await annotate(JSON.stringify(counts));
    expect(wrong).toEqual([]);
    expect(counts.canceled).toBeGreaterThanOrEqual(1_200 / ONE_OF);
    expect(Math.min(counts.booked, counts.moved)).toBeGreaterThan(200 / ONE_OF);
  }, 900_000);
});
