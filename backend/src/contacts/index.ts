export { type CleanContact, cleanContact, type GivenCall, isPlaceholderPhone } from './clean-contact.ts';
export { fillMissingDetails, hasDetails, linesOf } from './contacts.queries.ts';
export { registerContactRoutes } from './contacts.routes.ts';
export { partsOf } from './name-parts.ts';
export { readName } from './person-name.ts';
export { presentTexts, refusalOfTexts } from './present-texts.ts';
export { foldedWords, isSameName, isSamePerson, joinedLike } from './same-name.ts';
export { searchNumbers } from './search-contacts.ts';
export { TEXTS_OF_APPOINTMENT, WHY_NO_TEXT } from './texts.queries.ts';
