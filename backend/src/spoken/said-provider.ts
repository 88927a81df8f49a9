import type { ClinicRulesOnce } from '../availability/index.ts';
import { readProvider, requestedErrors } from '../schedule/index.ts';

interface Said {
  words?: string | undefined;
  providerName?: string | undefined;
}

/** "with Dr. Lee", "see Ann Lee", "doctor Lee". */
const MENTION =
  /(?<not>\b(?:not|no|but|except|than|of|without|or)\s+)?\b(?:(?:with|see|seeing|by)\s+)?(?<title>(?:dr|doctor)\b\.?\s*)?(?<=\b(?:with|see|seeing|by|dr|doctor)\b\.?\s*)(?<name>\p{L}[\p{L}'’-]*(?:\s+\p{L}[\p{L}'’-]*){0,2})/giu;
/** What follows "doctor" when no name does. */
const NO_NAME =
  /^(?:on|at|for|in|is|are|or|and|any\w*|who\w*|the|next|this|tomorrow|today|tonight|please|visit|appointment|s|about|around|after|before|from|to|if|as|when|first|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/i;

/**
 * Puts the provider who is named among the words for day and time where providers are named.
 * @throws {AppError} WHICH_PROVIDER where another one is named besides, or one is not wanted.
 */
export async function withSaidProvider<W extends Said>(
  rules: Pick<ClinicRulesOnce, 'read'>,
  request: W,
): Promise<W> {
  const { words = '' } = request;
  const mentions = [...words.matchAll(MENTION)];
  if (mentions.length === 0) return request;
  const { staff } = await rules.read();
  const named = mentions.flatMap(({ groups = {} }) => {
    const { name = '', title, not } = groups;
    const heard = name.split(/\s+/);
    const runs = heard.map((_, left) => heard.slice(0, heard.length - left).join(' '));
    const fitting = runs.find((run) =>
      ['one', 'several'].includes(readProvider(staff, { providerName: run }).kind),
    );
    const said = fitting ?? (title && !NO_NAME.test(name) ? `Dr. ${heard[0]}` : undefined);
    return said === undefined ? [] : [{ said, isNotWanted: not !== undefined }];
  });
  const [first, another] = named;
  if (!first) return request;
  const whom = (providerName: string | undefined) => {
    const reading = readProvider(staff, { providerName });
    return reading.kind === 'one' ? reading.provider.id : reading.kind;
  };
  const given = whom(request.providerName);
  const isContradicted = given !== 'anyone' && given !== whom(first.said);
  if (first.isNotWanted || another || isContradicted)
    throw requestedErrors.whichProvider(staff.map(({ name }) => name).toSorted());
  return given === 'anyone' ? { ...request, providerName: first.said } : request;
}
