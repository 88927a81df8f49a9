import type { Clock } from './clock.ts';

/**
 * Asks at most once in a while and by one request at a time; everyone who asks in the meantime gets the last answer.
 * @param everyMs - How old an answer may be.
 * @param ask - Never rejects.
 */
export function askedSeldom<Answer>(
  clock: Clock,
  everyMs: number,
  ask: () => Promise<Answer>,
): () => Promise<Answer> {
  let known: { at: number; answer: Answer } | undefined;
  let asking: Promise<Answer> | undefined;
  const askNow = async () => {
    const answer = await ask();
    known = { at: clock.now().getTime(), answer };
    return answer;
  };
  return async () => {
    if (known !== undefined && clock.now().getTime() - known.at < everyMs) return known.answer;
    asking ??= askNow().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
