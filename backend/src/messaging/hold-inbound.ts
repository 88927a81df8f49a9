import { hmacSha256Hex } from '../platform/crypto.ts';
import type { Db } from '../platform/database.ts';
import type { Clinic } from './clinic-names.ts';
import type { MessagingContext } from './context.ts';
import {
  clinicsOfText,
  findQuestion,
  forgetWords,
  holdText,
  type InboundText,
  keepChoice,
  lockCorrespondence,
  type PatientsClinic,
  putQuestion,
  type Question,
  recordForEachClinic,
  releaseTexts,
} from './inbound.queries.ts';
import { readChoice, senderKeyword, whichClinicText } from './which-clinic.ts';

/**
 * Decides about a text of someone who has to do with several clinics: held until they say which one they mean, or
 * taken for that answer. Done twice, it is done once.
 * @returns the question that has to be sent now.
 */
export function holdInbound(
  { database, log, clinicOrderKey, sharedNumbers }: MessagingContext,
  text: InboundText,
  optOutType: string | undefined,
): Promise<string | undefined> {
  return database.withService(async (db) => {
    await lockCorrespondence(db, text);
    const question = await findQuestion(db, text);
    if (!(await holdText(db, text))) return unsent(question);
    const clinics = inOrder(await clinicsOfText(db, text, sharedNumbers), text.patient, clinicOrderKey);
    const forSender = senderKeyword(text.body, optOutType);
    if (forSender !== undefined) {
      const ids = clinics.map(({ id }) => id);
      if (forSender === 'consent') await recordForEachClinic(db, text, ids);
      await forgetWords(db, text.sid);
      return undefined;
    }
    if (question?.is_open) {
      const chosen = question.status === 'queued' ? undefined : read(text, question, clinics);
      if (chosen === undefined) {
        const [only, ...more] = clinics;
        if (only && more.length === 0) await releaseTexts(db, text, only.id, { only: text.sid });
        return unsent(question);
      }
      await forgetWords(db, text.sid);
      await give(db, text, question.id, chosen.id);
      log.info({ org_id: chosen.id }, '[Messaging] A patient of several clinics said which one they mean');
      return undefined;
    }
    const [only] = clinics;
    const chosen = clinics.find(({ id }) => id === question?.chosen_org_id);
    if (chosen) {
      await releaseTexts(db, text, chosen.id);
      return undefined;
    }
    if (only && clinics.length === 1) {
      await releaseTexts(db, text, only.id, { only: text.sid });
      return undefined;
    }
    if (!only) {
      await forgetWords(db, text.sid);
      return undefined;
    }
    const listed = whichClinicText(clinics);
    const figures = { clinics: clinics.length, listed: listed?.asked.length ?? 0 };
    if (listed === undefined) {
      log.warn(
        figures,
        '[Messaging] A patient cannot be asked which clinic they mean: their clinics read the same and have no phone number to tell them apart. The text is held; give the clinics different names',
      );
      return undefined;
    }
    log.info(figures, '[Messaging] A patient of several clinics is asked which one they mean');
    const { asked, body } = listed;
    return putQuestion(db, text, {
      clinics: asked.map(({ id }) => id),
      names: asked.map(({ name }) => name),
      body,
    });
  });
}

/**
 * What the patient did comes before what a clinic can make up. Within that by a keyed hash: the same for each patient
 * every time, and nothing that a clinic can arrange or find out.
 */
const inOrder = (clinics: readonly PatientsClinic[], patient: string, key: Buffer): PatientsClinic[] =>
  clinics
    .map((clinic) => ({ clinic, hash: hmacSha256Hex(key, `${patient}:${clinic.id}`) }))
    .sort((a, b) => b.clinic.certainty - a.clinic.certainty || (a.hash < b.hash ? -1 : 1))
    .map(({ clinic }) => clinic);

/** By the numbers and names of the question as it was sent, or by the name of any clinic of the person. */
function read(text: InboundText, question: Question, clinics: readonly Clinic[]): Clinic | undefined {
  const known = new Map(clinics.map((clinic) => [clinic.id, clinic]));
  const asked = question.clinics.map((id, index) => ({
    id,
    name: question.names[index] ?? known.get(id)?.name ?? '',
  }));
  const chosen = readChoice(
    text.body,
    asked,
    clinics.filter(({ id }) => !question.clinics.includes(id)),
  );
  return chosen && known.get(chosen.id);
}

async function give(db: Db, text: InboundText, questionId: string, orgId: string): Promise<void> {
  await keepChoice(db, questionId, orgId);
  await releaseTexts(db, text, orgId, { byAnswer: true });
}

const unsent = (question: Question | undefined): string | undefined =>
  question?.is_open && (question.status === 'queued' || question.status === 'sending')
    ? question.id
    : undefined;
