// The words on which Twilio acts by itself, for the sender as a whole; they count when they are the whole text.
const STOP = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout']);
const START = new Set(['start', 'unstop']);

// The same in a sentence, which Twilio passes on and does not act on. The whole text must be that: "please stop by" is not.
const POLITE = '(?:please|pls|hi|hello|hey|ok|okay|just|thanks|thank you|sorry|now)';
const TEXTS = '(?:(?:all|the|these|those|your|any|more|of) )*(?:texts?|sms|(?:text )?messages?|reminders)';
const WHOM = '(?: to)?(?: (?:me|us|my phone|my number|this number|this phone))?';
const ENDING = '(?: (?:anymore|any more|again|ever again|at all|right now|immediately))?';
const TEXTING = `(?:(?:text|messag)(?:e|ing)?${WHOM}|send(?:ing)?${WHOM} ${TEXTS}${WHOM})`;
const WISH = [
  '(?:stop|unsubscribe)(?: it| this| that)?',
  `(?:stop|end|quit|cancel) (?:${TEXTING}|${TEXTS}${WHOM})`,
  `(?:do not|dont|never) (?:${TEXTING})`,
  `no more ${TEXTS}`,
  `i (?:do not|dont) want (?:to (?:get|receive) )?${TEXTS}(?: from you)?`,
  '(?:(?:i want|i would like|id like) to )?(?:opt out|unsubscribe)(?: (?:from|of) (?:all |the |these |your )*(?:texts|messages))?',
  '(?:opt|take|unsubscribe) me(?: out| off)?(?: (?:of|from)? ?(?:this|the|your) (?:text )?(?:list|texts|messages))?',
  'remove (?:me|my (?:phone )?number)(?: from (?:this|the|your) (?:text )?(?:list|texts|messages))?',
].join('|');
const STOP_SENTENCE = new RegExp(
  `^(?:${POLITE} )*(?:(?:can|could|will|would) you )?(?:${POLITE} )*(?:${WISH})${ENDING}(?: ${POLITE})*$`,
);

/**
 * What a text says about texts: `stop` ends them, `start` brings them back, and so does `yes` after a stop; for
 * everyone else it's a plain answer.
 * @param optOutType - What Twilio says of it, where it says so.
 */
export function consentWord(body: string, optOutType?: string): 'stop' | 'start' | 'yes' | undefined {
  const word = (optOutType ?? body)
    .toLowerCase()
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    .replace(/[\s-]+/g, '');
  if (STOP.has(word) || STOP_SENTENCE.test(sentenceOf(body))) return 'stop';
  if (START.has(word)) return 'start';
  return word === 'yes' ? 'yes' : undefined;
}

const sentenceOf = (body: string): string =>
  (
    body
      .toLowerCase()
      .replace(/['’]/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).join(' ');
