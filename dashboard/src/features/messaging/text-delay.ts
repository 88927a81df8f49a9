/** Time for an undo, or to say that no text is wanted. */
export const TEXT_AFTER_S = 10;

/** By the clock of this computer, which may be a little off. */
export const secondsLeft = (sendsAt: number, now: number): number =>
  Math.max(0, Math.min(TEXT_AFTER_S, Math.ceil((sendsAt - now) / 1_000)));
