export type Consent = 'yes' | 'no' | 'unclear';

/** What the question was about: "yes, move it" isn't a yes to canceling. */
export type Asked = 'cancel' | 'move';

const words = (list: string): string => list.split(' ').join('|');

const HESITATION = `(?:${words('um uh er oh ah hm hmm well so and actually')})`;
const YES = [
  words('y yes yeah yea yep yup ya ja sure ok okay true confirm confirmed agreed correct right exactly'),
  words('absolutely definitely certainly affirmative si sí fine please perfect great alright'),
  'all right|for sure|of course|by all means|uh huh|mm hmm|please do(?: so)?|go ahead|you (?:can|may)|lets do (?:it|that)|do (?:it|that|so)',
  'sounds? (?:good|great|fine|right)|(?:that|it) (?:works|sounds good)|works for me',
  '(?:thats|that is|it is|its|thatd be|that would be) (?:all )?(?:right|correct|fine|good|great|perfect|ok|okay|it|lovely|the one)',
  'i (?:said yes|do|would|confirm|agree|am sure)(?: (?:it|that|like that|like (?:you )?to))?|im sure|(?:it|that) is',
].join('|');
const COURTESY =
  'thanks|thank you(?: (?:so|very) much)?|sir|maam|madam|miss|very much|por favor|bitte|now|then|dear|indeed';
const WHAT = '(?: (?:it|that|this|that one|this one|(?:the|my|that|this) (?:appointment|booking|visit)))';
const VERBS: Record<Asked, string> = { cancel: 'cancel', move: 'move|change|reschedule' };
const NO =
  /^(?:n|no|nope|nah|not|never|false|0|dont|do not|cancel|none|negative|hell no|absolutely not|definitely not|certainly not|of course not|please dont|please do not|id rather not|i would rather not|i (?:said|say|mean|meant) no|i (?:wouldnt|would not|didnt|did not|never)|i (?:dont|do not)(?: (?:think so|want|wish|like|agree|confirm)|$)|better not|leave it|keep it)\b/;

/** Longer than any plain yes; what is longer is not worth reading. */
const MAX_YES_LENGTH = 100;

const CLOSED: Record<Asked, RegExp> = { cancel: yesTo('cancel'), move: yesTo('move') };

/** Only these words may come with a yes: anything else could turn it around, and is asked about. */
function yesTo(asked: Asked): RegExp {
  const doIt = `(?:and |i (?:want|would like|wish) (?:you )?to |you can |please )*(?:${VERBS[asked]})${WHAT}?`;
  return new RegExp(`^(?=.* (?:${YES})(?: |$))(?: (?:${doIt}|${YES}|${COURTESY})(?= |$))+$`, 'u');
}

/**
 * What was answered to a question, as a model hands it on: true, "yes", "Yes, please.", "no", "yes, but at eleven".
 * @returns undefined where nothing was said.
 */
export function readConsent(said: unknown, asked: Asked): Consent | undefined {
  const text = String(said ?? '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/\b(?:no|not a) (?:problem|worries|trouble)\b/g, '');
  const spoken = (text.match(/[\p{L}\p{N}]+/gu) ?? [])
    .join(' ')
    .replace(new RegExp(`^(?:${HESITATION}(?! huh)(?: |$))+`, 'u'), '');
  if (spoken === '' || spoken === 'null' || spoken === 'undefined') return undefined;
  if (spoken === '1') return 'yes';
  if (spoken.length <= MAX_YES_LENGTH && CLOSED[asked].test(` ${spoken}`)) return 'yes';
  return NO.test(spoken) ? 'no' : 'unclear';
}
