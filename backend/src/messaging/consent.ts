// The words on which Twilio acts by itself, for the sender as a whole; they count when they are the whole text.
const STOP = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout']);
const START = new Set(['start', 'unstop']);

/**
 * What a text says about texts: `stop` ends them, `start` lifts that, and so does `yes` where they were ended; to
 * everyone else it is a plain answer.
 * @param optOutType - What Twilio says of it, where it says so.
 */
export function consentWord(body: string, optOutType?: string): 'stop' | 'start' | 'yes' | undefined {
  const word = (optOutType ?? body)
    .toLowerCase()
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    .replace(/[\s-]+/g, '');
  if (STOP.has(word)) return 'stop';
  if (START.has(word)) return 'start';
  return word === 'yes' ? 'yes' : undefined;
}
