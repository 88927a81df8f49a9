import { AppError } from '../../platform/errors.ts';
import type { Correction } from '../../spoken/index.ts';

/** R10: what an answer says, for programs, when it rests on a date that was corrected. */
export const correctedFields = (correction: Correction | undefined): Record<string, unknown> =>
  correction ? { corrected: true, ...correction } : {};

/** The sentence, with the full date behind it where that is not the one that was given. */
export const appendCorrection = (sentence: string, correction: Correction | undefined): string =>
  correction ? `${sentence} ${correction.say}` : sentence;

/** A refusal rests on the corrected date as much as a booking does: "taken" is said of a day that must be heard. */
export async function explainCorrectionOnFailure<R>(
  correction: Correction | undefined,
  work: Promise<R>,
): Promise<R> {
  try {
    return await work;
  } catch (error) {
    if (!correction || !(error instanceof AppError)) throw error;
    const { code, status, title, retryable, extra } = error;
    throw new AppError({
      code,
      status,
      ...(title === undefined ? {} : { title }),
      retryable,
      detail: `${correction.say} ${error.message}`,
      extra: { ...extra, ...correctedFields(correction) },
    });
  }
}
