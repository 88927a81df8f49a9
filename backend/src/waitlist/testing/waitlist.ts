import type { WaitlistEntry } from '@voxanne/contract';
import { NOW } from '../../booking/testing.ts';
import { createPatientScene, type PatientScene } from '../../patients/testing/patients.ts';

export const BY_STAFF = { source: 'dashboard' as const, requestId: 'staff' };
interface Offer {
  id: string;
  status: string;
  hold_id: string;
  contact_id: string;
  scheduled_at: Date;
}

const NAMES = ['Ann', 'Ben', 'Cyd', 'Dan'];

/** The patients' scene, with one clinic and one appointment at a time that others wait for. */
export async function createWaitlistScene() {
  const scene = await createPatientScene();
  const state = { here: await scene.clinicWithPhone(), id: '' };
  const rows = async (text: string) => (await scene.owner.query(text, [state.here.orgId])).rows;
  const freed = () => scene.orders('waitlist.slot_freed', state.here.orgId);
  const entries = async (): Promise<WaitlistEntry[]> => (await scene.api('GET', '/api/waitlist')).body.data;
  const offers = (): Promise<Offer[]> =>
    rows('select * from public.waitlist_offers where org_id = $1 order by created_at');
  return {
    ...scene,
    state,
    async begin(): Promise<void> {
      scene.clock.set(NOW);
      state.here = await scene.clinicWithPhone();
      scene.signInAs(state.here);
      state.id = (await scene.book(state.here)).appointmentId;
    },
    async join(number: number, more: object = {}): Promise<string> {
      const answer = await scene.api('POST', '/api/waitlist', {
        name: `Waiting ${NAMES[number]}`,
        phone: `+1415555014${number}`,
        service_type: 'consultation',
        ...more,
      });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body.id;
    },
    cancel: (appointmentId: string = state.id): Promise<unknown> =>
      scene.cancel(state.here, { appointmentId }, BY_STAFF),
    freed,
    texts: (): ReturnType<PatientScene['orders']> => scene.orders('message.waitlist_offer', state.here.orgId),
    async workAll(): Promise<void> {
      for (const order of await freed()) await scene.work(order);
    },
    entries,
    states: async (): Promise<string[]> => (await entries()).map(({ status }) => status),
    offers,
    linkOfOffer: async (index: number): Promise<string> =>
      scene.links.toOffer((await offers())[index]?.id ?? ''),
    /** As if the fifteen minutes were over. */
    async runOut(): Promise<void> {
      await scene.owner.query(
        `update public.appointments set hold_expires_at = now() - interval '1 second'
         where org_id = $1 and status = 'held'`,
        [state.here.orgId],
      );
      await scene.owner.query(
        `update public.waitlist_offers set expires_at = now() - interval '1 second'
         where org_id = $1 and status = 'open'`,
        [state.here.orgId],
      );
    },
    /** What the audit log says about it. */
    steps: async (): Promise<string[]> =>
      (
        await rows(
          `select action, actor_type from public.audit_log where org_id = $1 and object_type = 'waitlist' order by id`,
        )
      ).map(({ action, actor_type }) => `${action} by ${actor_type}`),
  };
}

export type WaitlistScene = Awaited<ReturnType<typeof createWaitlistScene>>;
