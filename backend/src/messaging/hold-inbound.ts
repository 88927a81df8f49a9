import type { Db } from '../platform/database.ts';
import type { MessagingContext } from './context.ts';
import {
  clinicsOfPatient,
  findQuestion,
  forgetWords,
  holdText,
  type InboundText,
  keepChoice,
  lockCorrespondence,
  putQuestion,
  type Question,
  releaseTexts,
  tellEachClinic,
} from './inbound.queries.ts';
import {
  CLINICS_ASKED_FOR,
  type Clinic,
  readChoice,
  senderKeyword,
  whichClinicText,
} from './which-clinic.ts';

/**
 * Decides about a text of somebody who has to do with several clinics: held until they say which one they mean, or
 * taken for that answer. Done twice, it is done once.
 * @returns the question that has to be sent now.
 */
export function holdInbound(
  { database, log }: MessagingContext,
  text: InboundText,
  optOutType: string | undefined,
): Promise<string | undefined> {
  return database.withService(async (db) => {
    await lockCorrespondence(db, text);
    const question = await findQuestion(db, text);
    if (!(await holdText(db, text))) return unsent(question);
    const clinics = await clinicsOfPatient(db, text.patient);
    const forSender = senderKeyword(text.body, optOutType);
    if (forSender !== undefined) {
      const ids = clinics.map(({ id }) => id);
      if (forSender === 'consent') await tellEachClinic(db, text, ids);
      await forgetWords(db, text.sid);
      return undefined;
    }
    if (question?.is_open) {
      const chosen = question.status === 'queued' ? undefined : read(text, question, clinics);
      if (chosen === undefined) {
        const [only, ...more] = clinics;
        if (only && more.length === 0) await releaseTexts(db, text, only.id, text.sid);
        return unsent(question);
      }
      await forgetWords(db, text.sid);
      await give(db, text, question.id, chosen.id);
      log.info({ org_id: chosen.id }, '[Messaging] A patient of several clinics has said which one is meant');
      return undefined;
    }
    const [only] = clinics;
    if (question?.chosen_org_id) {
      await releaseTexts(db, text, question.chosen_org_id);
      return undefined;
    }
    if (only && clinics.length === 1) {
      await releaseTexts(db, text, only.id, text.sid);
      return undefined;
    }
    if (!only) {
      await forgetWords(db, text.sid);
      return undefined;
    }
    log.info(
      { clinics: clinics.length },
      '[Messaging] A patient of several clinics is asked which one is meant',
    );
    const asked = clinics.slice(0, CLINICS_ASKED_FOR);
    return putQuestion(db, text, { clinics: asked.map(({ id }) => id), body: whichClinicText(asked) });
  });
}

/** By the numbers of the question as it was sent, or by the name of any clinic of the person. */
function read(text: InboundText, question: Question, clinics: readonly Clinic[]): Clinic | undefined {
  const known = new Map(clinics.map((clinic) => [clinic.id, clinic]));
  const asked = question.clinics.map((id) => known.get(id) ?? { id, name: '' });
  const chosen = readChoice(
    text.body,
    asked,
    clinics.filter(({ id }) => !question.clinics.includes(id)),
  );
  return chosen && known.get(chosen.id);
}

async function give(db: Db, text: InboundText, questionId: string, orgId: string): Promise<void> {
  await keepChoice(db, questionId, orgId);
  await releaseTexts(db, text, orgId);
}

const unsent = (question: Question | undefined): string | undefined =>
  question?.is_open && (question.status === 'queued' || question.status === 'sending')
    ? question.id
    : undefined;
