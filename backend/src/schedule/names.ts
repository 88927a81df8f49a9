import { visibleLine } from '@voxanne/contract';
import { scheduleErrors } from './schedule.errors.ts';

/**
 * A name as a screen shows it.
 * @throws {AppError} INVALID_NAME (400) where nothing visible is left.
 */
export function readableName(text: string, field = 'name'): string {
  const name = visibleLine(text);
  if (name === '') throw scheduleErrors.invisibleName(field);
  return name;
}

// What decomposing leaves as it is.
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  þ: 'th',
  ð: 'd',
};

/** "Zahnreinigung & Prophylaxe" to "zahnreinigung-prophylaxe"; a name without Latin letters is "service". */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[ßæœøđłþð]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 70)
    .replace(/^-+|-+$/g, '');
  return slug || 'service';
}
