import type { Role } from '@voxanne/contract';
import { createBookingScene } from '../../booking/testing.ts';
import { GiveUp, RetryLater } from '../../deliveries/index.ts';
import { createHttpServer } from '../../platform/http.ts';
import { signedInAs, type TestOrganization } from '../../testing/index.ts';
import { offerFreedSlot } from '../../waitlist/offer-freed-slot.ts';
import { registerWaitlistRoutes } from '../../waitlist/waitlist.routes.ts';
import type { PatientContext } from '../patient-context.ts';
import { createPatientLinks } from '../patient-links.ts';
import { registerPatientRoutes } from '../patients.routes.ts';

export const PUBLIC_URL = 'https://voxanne.example';
export const CLINIC_PHONE = '+12125550100';
/** Patients never see it. */
export const OWNER_PHONE = '+19175550177';

/** The booking scene with the pages, feeds and the waitlist, asked as a patient's phone and as the clinic. */
export async function createPatientScene() {
  const scene = await createBookingScene();
  const links = createPatientLinks({ key: Buffer.alloc(32, 9), publicUrl: PUBLIC_URL });
  const context: PatientContext = { ...scene.context, links, publicUrl: PUBLIC_URL };
  const server = createHttpServer({ log: context.log, trustProxyHops: 0 });
  let signedIn: TestOrganization | undefined;
  let role: Role = 'owner';
  const tenantResolver = signedInAs(
    () => signedIn,
    () => role,
  );
  registerPatientRoutes(server, { context, tenantResolver });
  registerWaitlistRoutes(server, { context, tenantResolver });
  const inject = async (method: 'GET' | 'POST' | 'DELETE', url: string, more: object = {}) => {
    const answer = await server.inject({ method, url: url.replace(PUBLIC_URL, ''), ...more });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      title: /<h1>(.*?)<\/h1>/s.exec(answer.body)?.[1],
    };
  };
  const json = (text: string) => (text === '' ? null : JSON.parse(text));

  return {
    ...scene,
    links,
    patients: context,
    signInAs(organization: TestOrganization, as: typeof role = 'owner') {
      signedIn = organization;
      role = as;
    },
    /** The link of the newest text about an appointment. */
    linkOf: async (id: string) => links.toAppointment(id, (await scene.row(id)).visible_version),
    /** As a phone opens it. */
    open: (url: string, headers: Record<string, string> = {}) => inject('GET', url, { headers }),
    /** As a form without a script sends it. */
    submit: (url: string, fields: Record<string, string>) =>
      inject('POST', url, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(fields).toString(),
      }),
    async api(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) {
      const { status, text } = await inject(method, url, body ? { payload: body } : {});
      return { status, body: json(text) };
    },
    /** A number to call on the pages, and providers. */
    async clinicWithPhone(providers = ['Dr. Ada']) {
      const clinic = await scene.clinic({ phone: OWNER_PHONE, providers });
      await scene.owner.query('update public.organizations set public_phone = $2 where id = $1', [
        clinic.orgId,
        CLINIC_PHONE,
      ]);
      return clinic;
    },
    /** Orders that wait for a worker, oldest first. */
    orders: async (topic: string, orgId: string) =>
      (
        await scene.owner.query(
          `select id, org_id, topic, key, payload from public.outbox
           where topic = $1 and org_id = $2 and status = 'pending' order by seq`,
          [topic, orgId],
        )
      ).rows,
    /** What a worker does with one order; without `complete` it is killed right afterwards. */
    async work(
      order: { id: string; org_id: string; topic: string; payload: unknown },
      { complete = true, as = context }: { complete?: boolean; as?: PatientContext } = {},
    ): Promise<'done' | 'later' | 'given up'> {
      try {
        await offerFreedSlot(as)({ ...order, attempts: 1 } as never);
      } catch (error) {
        if (error instanceof RetryLater) return 'later';
        if (error instanceof GiveUp) return 'given up';
        throw error;
      }
      if (complete) {
        await scene.owner.query(`update public.outbox set status = 'completed' where id = $1`, [order.id]);
      }
      return 'done';
    },
    async close() {
      await server.close();
      await scene.close();
    },
  };
}

export type PatientScene = Awaited<ReturnType<typeof createPatientScene>>;
