import { domainToASCII } from 'node:url';
import { emailOfSpeech, withoutWordsAround } from './spoken-email.ts';

const NOTHING_SAID = new Set(
  'no none nil null undefined unknown anonymous na n a not given provided available applicable specified email mail e address doesnt dont does do have has one any it he she they i patient caller customer without empty tbd'.split(
    ' ',
  ),
);
/** Addresses that a model makes up for someone who gave none. */
const INVENTED_LOCALS = new Set(
  'john jane johndoe john.doe janedoe jane.doe user username name first.last firstname.lastname email youremail your.email someone sample example patient caller customer'.split(
    ' ',
  ),
);
const INVENTED_DOMAINS = /^(?:example\.(?:com|org|net)|(?:domain|yourdomain|none|unknown|placeholder)\.com)$/;
const NO_MAILBOXES = new Set(
  'noemail no-email no.email none unknown notprovided not.provided noreply no-reply donotreply null undefined na'.split(
    ' ',
  ),
);
const WELL_KNOWN = [
  'gmail.com googlemail.com yahoo.com ymail.com hotmail.com outlook.com live.com msn.com icloud.com me.com mac.com',
  'aol.com mail.com email.com gmx.com gmx.de gmx.net web.de t-online.de proton.me protonmail.com comcast.net',
  'verizon.net att.net sbcglobal.net yahoo.co.uk hotmail.co.uk btinternet.com orange.fr wanadoo.fr free.fr libero.it',
].flatMap((line) => line.split(' '));

const LOCAL = /^[\p{L}\p{N}_+'&=~!#%*/?^$-]+(?:\.[\p{L}\p{N}_+'&=~!#%*/?^$-]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LEVEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]+)$/;
const SPOKEN = /\s(?:dot|period|point|underscore|dash|hyphen|plus)\s/i;
const LONGEST = 254;

/** Whether an email field says that there is no address, or holds one that a model made up. */
export function isPlaceholderEmail(text: string): boolean {
  const said = text.normalize('NFKC').trim().toLowerCase();
  if (/^[{[<]/.test(said) && /[}\]>]$/.test(said) && !said.includes('@')) return true;
  const [local, domain, ...rest] = said.split('@');
  if (local !== undefined && domain !== undefined && rest.length === 0) {
    return NO_MAILBOXES.has(local) || (INVENTED_LOCALS.has(local) && INVENTED_DOMAINS.test(domain));
  }
  if (said.includes('@')) return false;
  const words = said.replace(/['’]/g, '').match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.every((word) => NOTHING_SAID.has(word));
}

/**
 * An email address in lower case, the domain as the mail servers write it, or null when it cannot be one. Dots and
 * "+tags" stay: not every provider ignores them.
 */
export function toEmailAddress(text: string): string | null {
  // Someone says at most a few words for each letter.
  if (text.length > 4 * LONGEST) return null;
  const written = text.normalize('NFKC').trim();
  if (/\p{C}/u.test(written)) return null;
  const address =
    /<([^<>]+@[^<>]+)>$/.exec(written)?.[1] ?? written.replace(/^mailto:/i, '').replace(/[.,;]+$/, '');
  // "a b@example.com" was typed, and its space is a mistake, not a pause.
  const typed = /\S@\S/.test(address) && !SPOKEN.test(address);
  return checked(address) ?? checked(typed ? withoutWordsAround(address) : emailOfSpeech(address));
}

function checked(text: string): string | null {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).toLowerCase();
  const domain = /[\s/?#@:%\\]/.test(text.slice(at + 1)) ? '' : domainToASCII(text.slice(at + 1));
  const labels = domain.split('.');
  const plausible =
    at > 0 &&
    local.length <= 64 &&
    LOCAL.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    TOP_LEVEL.test(labels.at(-1) ?? '') &&
    local.length + 1 + domain.length <= LONGEST;
  return plausible ? `${local}@${domain}` : null;
}

/** The address with a well-known domain, if this one looks like a typo of it. Only to ask, never to use. */
export function suggestedEmail(address: string): string | null {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  if (WELL_KNOWN.includes(domain)) return null;
  const near = WELL_KNOWN.find((known) => isOneSlip(domain, known));
  return near === undefined ? null : `${address.slice(0, at)}@${near}`;
}

/** One letter too many, one missing, one changed, or two swapped. */
function isOneSlip(typed: string, meant: string): boolean {
  let start = 0;
  while (start < meant.length && typed[start] === meant[start]) start += 1;
  const rest = typed.slice(start);
  const wanted = meant.slice(start);
  return (
    rest.slice(1) === wanted ||
    rest === wanted.slice(1) ||
    rest.slice(1) === wanted.slice(1) ||
    (rest[0] === wanted[1] && rest[1] === wanted[0] && rest.slice(2) === wanted.slice(2))
  );
}
