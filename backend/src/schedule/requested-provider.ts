import { foldedWords, isSameName, isSamePerson, joinedLike, partsOf } from '../contacts/index.ts';

export interface RequestedProvider {
  providerId?: string | undefined;
  /** As a caller says it: "Dr. Lee", "Lee, Ann", "whoever is free". */
  providerName?: string | undefined;
}

interface Named {
  id: string;
  name: string;
}

export type ProviderReading<P> =
  | { kind: 'anyone' }
  | { kind: 'one'; provider: P }
  /** All of them fit. */
  | { kind: 'several'; choices: P[] }
  /** None fits; these have a part of what was said. */
  | { kind: 'unknown'; choices: P[] };

/** Says by itself that it matters to no one who it is. */
const ANYONE = wordSet(
  'any anyone anybody anything either whoever whomever whichever whatever whos someone somebody everyone available earliest soonest preference preferences none nobody null undefined unknown unspecified na n no matter care mind flexible all particular',
);
/** Says so unless it follows a title: "the first one", but not "Dr. First". */
const ANY_ONE = wordSet(
  'first next free open one doctor dentist provider hygienist therapist nurse physician',
);
/** May come with it. */
const BESIDE = wordSet(
  'not i im we dont doesnt do does have has had got a an the is are s it its that who one ones of them you your with for to me my us see get can could be been would fine ok okay good works work best there then here in time providers doctors dr drs dentists practitioner specialist clinician person people staff member team particular specific really just please thanks or on at will',
);
/** Said around a name without changing who it is. */
const AROUND = wordSet(
  'with please the i id would like want to see if possible preferably prefer preferred my usual hi hello um uh er yes its it is be can could book for me appointment dr doctor dentist hygienist nurse therapist physician provider',
);

function wordSet(words: string): Set<string> {
  return new Set(words.split(' '));
}

/**
 * Which provider the words mean. Whole words count, titles and order do not; part of a name is enough where it fits one
 * alone. Nothing is guessed from what only resembles a name.
 */
export function readProvider<P extends Named>(staff: P[], requested: RequestedProvider): ProviderReading<P> {
  const { providerId } = requested;
  const said = requested.providerName?.trim().replace(/['’]s\b/g, '') ?? '';
  if (providerId !== undefined) {
    const provider = staff.find(({ id }) => id === providerId);
    return provider ? { kind: 'one', provider } : { kind: 'unknown', choices: [] };
  }
  // A title alone, or a dot, names no one.
  if (foldedWords(partsOf(said).words.join(' ')).length === 0) return { kind: 'anyone' };
  const meant = fitting(staff, said);
  const [provider, another] = meant;
  if (provider && !another) return { kind: 'one', provider };
  if (another) return { kind: 'several', choices: meant };
  if (isAnyone(said)) return { kind: 'anyone' };
  const words = foldedWords(said).filter((word) => word.length > 1 && !AROUND.has(word));
  return {
    kind: 'unknown',
    choices: staff.filter(({ name }) =>
      foldedWords(partsOf(name).words.join(' ')).some((word) => words.includes(word)),
    ),
  };
}

/** Whose name it is, or else whose name has all of it. */
function fitting<P extends Named>(staff: P[], said: string): P[] {
  const exactly = staff.filter(({ name }) => isSameName(name, said));
  if (exactly.length > 0) return exactly;
  return staff.filter(({ name }) => hasAllOf(name, said) || isSamePerson(name, said));
}

function hasAllOf(name: string, said: string): boolean {
  const own = foldedWords(partsOf(name).words.join(' '));
  const given = foldedWords(partsOf(said).words.join(' ')).filter(
    (word) => own.includes(word) || !AROUND.has(word),
  );
  const words = joinedLike(given, own);
  const names = joinedLike(own, words);
  const isFit = (word: string): boolean =>
    names.includes(word) || (word.length === 1 && names.some((one) => one.startsWith(word)));
  return words.every(isFit) && words.some((word) => names.includes(word) && !/^[a-z]$/.test(word));
}

function isAnyone(said: string): boolean {
  const words = foldedWords(said);
  const isTitled = partsOf(said).titles.length > 0;
  return (
    words.every((word) => ANYONE.has(word) || ANY_ONE.has(word) || BESIDE.has(word)) &&
    words.some((word) => ANYONE.has(word) || (words.length > 1 && !isTitled && ANY_ONE.has(word)))
  );
}

/** " with Dr. Lee", where a clinic has more than one. */
export function withWhom(staff: Named[], providerId: string): string {
  const provider = staff.find(({ id }) => id === providerId);
  return provider && staff.length > 1 ? ` with ${provider.name}` : '';
}
