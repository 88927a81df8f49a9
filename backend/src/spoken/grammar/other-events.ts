import { hasRole, type Item, isRequest, isWhen, isWord, type Role } from './items.ts';

/** Whether this word makes the day or the hour one of another event than a visit: "the movers come Friday at ten". */
export function isOtherEvent(items: readonly Item[], at: number): boolean {
  const item = items[at];
  const isBehindWhen = isWhen(items[hasRole(items[at - 1], 'would', 'hedge') ? at - 2 : at - 1]);
  if (isWord(item, 'be')) return (isBehindWhen && isOnlyToldOf(items, at)) || isAboutSomethingElse(items, at);
  if (isWord(item, 'tells')) return isBehindWhen || isWhen(spokenOf(items, at));
  if (hasRole(item, 'come')) return isComing(items, at);
  if (hasRole(item, 'event')) return isHeldThen(items, at);
  return hasRole(item, 'keep') && isKeptFree(items, at);
}

/** "Friday at ten is my anniversary", "... would be a stretch": only praise makes a wish of it. */
function isOnlyToldOf(items: readonly Item[], at: number): boolean {
  const rest = items.slice(at + 1);
  const end = rest.findIndex((item) => isWord(item, ',', 'but', 'and', 'if'));
  const clause = end < 0 ? rest : rest.slice(0, end);
  const said = clause.find((item) => !isWord(item, 'at', 'on', 'the', 'for'));
  const isPraised = clause.slice(0, 4).some((item) => hasRole(item, 'good', 'free'));
  return said !== undefined && !isWhen(said) && said.is !== 'number' && !isPraised;
}

const isNoun = (item: Item | undefined): boolean =>
  isWord(item, '~', '?', 'vague', 'time', 'slot', 'day', 'label', 'things') && !hasRole(item, 'so', 'they');

/** "my surgery is Friday at ten" exists; "my first choice is", "the appointment is" and "my checkup would be" are wishes. */
function isAboutSomethingElse(items: readonly Item[], at: number): boolean {
  if (!isWhen(after(items, at, ['~', 'the', 'a', 'on', 'at', 'in', 'for', 'been', 'am']))) return false;
  let first = at - 1;
  while (isNoun(items[first])) first -= 1;
  // "the checkup for my daughter"
  while (isWord(items[first], 'the', 'mine', 'a') && isWord(items[first - 1], 'for', 'of')) {
    first -= 2;
    while (isNoun(items[first])) first -= 1;
  }
  const subject = items.slice(first + 1, at);
  const has = (...roles: Role[]) => subject.some((item) => hasRole(item, ...roles));
  const isOfVisit = has('visit') || subject.some((item) => isWord(item, 'time', 'slot', 'day'));
  if (subject.length === 0 || has('good', 'free')) return false;
  if (isWord(items[first], 'mine')) return !(isOfVisit && has('would'));
  if (isWord(items[first], 'the', 'a')) return !isOfVisit;
  return has('event', 'procedure') && !isOfVisit && !has('me');
}

/** "the roofers come Friday", "Friday at ten they come"; "can the kids come Friday" is a wish. */
function isComing(items: readonly Item[], at: number): boolean {
  let first = at - 1;
  while (isNoun(items[first]) && !hasRole(items[first], 'modal', 'ask', 'me')) first -= 1;
  const subject = items[first];
  if (!isWord(subject, 'the', 'mine') && !hasRole(subject, 'they')) return false;
  for (let left = first - 1; left >= 0 && !isClauseEnd(items[left]); left -= 1) {
    if (isWhen(items[left])) return true;
    if (hasRole(items[left], 'modal', 'ask') || isWord(items[left], 'have', 'if', 'when', 'to')) return false;
  }
  return isWhen(spokenOf(items, at));
}

/** "we have a wedding Friday at ten", "Friday at ten my son has soccer"; "a physical for soccer, Friday at ten" is a wish. */
function isHeldThen(items: readonly Item[], at: number): boolean {
  // "a school physical", "for soccer"
  if (hasRole(items[at + 1], 'visit') || isWord(items[at - 1], 'for')) return false;
  for (let right = at + 1; right < items.length && !isClauseEnd(items[right]); right += 1) {
    if (isWhen(items[right])) return true;
    if (isRequest(items, right) || !isWord(items[right], ...AROUND_AN_EVENT)) break;
  }
  for (let left = at - 1; left >= 0 && !isClauseEnd(items[left]); left -= 1) {
    if (isWhen(items[left]))
      return items.slice(left + 1, at).some((item) => isWord(item, ...OWNERS) || hasRole(item, 'me', 'they'));
    if (isRequest(items, left) || !isWord(items[left], '~', '?', ...OWNERS)) break;
  }
  return false;
}

const OWNERS = ['the', 'a', 'mine', 'has', 'have'];
const AROUND_AN_EVENT =
  '~ ? the a mine on at in to be been are was has have time slot things label tells foreign'.split(' ');

/** "keep Friday at ten free for my wife" */
function isKeptFree(items: readonly Item[], at: number): boolean {
  const end = items.findIndex((item, place) => place > at && isClauseEnd(item));
  const clause = items.slice(at + 1, end < 0 ? items.length : end);
  const when = clause.findIndex(isWhen);
  return when >= 0 && clause.slice(when).some((item) => hasRole(item, 'free'));
}

const isClauseEnd = (item: Item | undefined): boolean =>
  isWord(item, ',', 'but', 'and', 'or', 'fix', 'no', 'strike', 'if') || hasRole(item, 'so');

/** The day or the hour that a verb says something of: "departs on Friday", "ring me back on Friday". */
const spokenOf = (items: readonly Item[], at: number): Item | undefined =>
  after(items, at, ['~', '?', 'mine', 'a', 'the', 'on', 'at', 'in', 'to', 'fix']);

const after = (items: readonly Item[], at: number, skipped: string[]): Item | undefined =>
  items.slice(at + 1).find((item) => !isWord(item, ...skipped));
