import { z } from 'zod';

// Zero-width joiners shape Persian and Indic words and join emoji; anywhere else they only hide.
const JOINED =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}' +
  '\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}' +
  '\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F]';
const JOINERS = '[\\u200C\\u200D]';
const strayJoiner = `(?<!${JOINED})${JOINERS}|${JOINERS}(?!${JOINED})`;
// Letters and fillers that fonts draw as nothing.
const BLANK = '\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u2800\\u3164\\uFFA0';
const HIDDEN = new RegExp(`${strayJoiner}|[^\\P{C}\\u200C\\u200D]|[${BLANK}]`, 'gu');
const HIDDEN_BUT_LAYOUT = new RegExp(`${strayJoiner}|[^\\P{C}\\u200C\\u200D\\n\\t]|[${BLANK}]`, 'gu');
// Accents on nothing: the ranges are in SQL, too, which knows no categories.
const ACCENTS =
  '\\u0300-\\u036F\\u0483-\\u0489\\u1AB0-\\u1AFF\\u1DC0-\\u1DFF\\u20D0-\\u20FF\\uFE00-\\uFE0F\\uFE20-\\uFE2F';
const ACCENTS_ALONE = new RegExp(`^[ ${ACCENTS}]+$`, 'u');

/**
 * One line with nothing invisible in it: line breaks and control characters become a space; bidirectional and
 * zero-width characters, which can turn a name around on a screen, are dropped, as is what fonts draw as nothing. The
 * same rule is in SQL (`app_private.visible_line`).
 */
export const visibleLine = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(HIDDEN, '')
    .replace(ACCENTS_ALONE, '')
    .replace(/ +/g, ' ')
    .trim();

/** As it was written, line breaks included, with nothing else invisible in it. */
export const visibleLines = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(HIDDEN_BUT_LAYOUT, '')
    .trim();

/**
 * What is read on one line, such as a name, a reason or an id. Kept as `visibleLine` leaves it, which may be nothing:
 * where something must be left, add `.min(1)`. `max` counts the characters that are kept.
 */
export const singleLine = (max: number) => z.string().trim().min(1).overwrite(visibleLine).max(max);

/** What is written in several lines, such as notes or the words of a text. Kept as `visibleLines` leaves it. */
export const multiLine = (max: number) => z.string().overwrite(visibleLines).max(max);

// What PostgreSQL cannot keep; a form that sends it shows that a program broke what was typed.
const typed = (max: number, min: number, clean: (text: string) => string) =>
  z
    .string()
    .trim()
    .min(min)
    .refine((text) => !text.includes('\u0000') && text.isWellFormed(), {
      error:
        'Has a character that can’t be stored (a NUL, or half of an emoji). Type it again without that character',
      abort: true,
    })
    .overwrite(clean)
    .max(max);

/** As `singleLine`, for what a person typed into a form: a NUL or half of an emoji is refused instead of dropped. */
export const typedLine = (max: number, min = 0) => typed(max, min, visibleLine);

/** As `multiLine`, for what a person typed into a form: a NUL or half of an emoji is refused instead of dropped. */
export const typedLines = (max: number) => typed(max, 0, visibleLines);
