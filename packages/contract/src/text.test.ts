import './words.ts';
import { describe, expect, test } from 'vitest';
import { multiLine, singleLine, typedLine, visibleLine, visibleLines } from './text.ts';

describe('a line', () => {
  test.each([
    ['a line break', 'Elm\r\nBEGIN:VEVENT', 'Elm BEGIN:VEVENT'],
    ['a line break of a Mac', 'Elm\rclinic', 'Elm clinic'],
    ['the next-line character', 'Elm\u0085clinic', 'Elm clinic'],
    ['line and paragraph separators', 'Elm\u2028clinic\u2029', 'Elm clinic'],
    ['vertical tab and form feed', 'Elm\u000b\u000cclinic', 'Elm clinic'],
    ['NUL', 'Elm\u0000clinic', 'Elm clinic'],
    ['escape and bell', '\u001b[31mElm\u0007', '[31mElm'],
    ['C1 controls', 'Elm\u009bclinic', 'Elm clinic'],
    ['right-to-left override', 'Elm \u202ecinilc', 'Elm cinilc'],
    ['isolates', '\u2066Elm\u2069', 'Elm'],
    ['zero-width space', '\u200b', ''],
    ['a byte order mark', '\ufeffElm', 'Elm'],
    ['a soft hyphen', 'El\u00adm', 'Elm'],
    ['tag characters', 'Elm\u{e0041}\u{e007f}', 'Elm'],
    ['half of an emoji', 'Elm \ud83d', 'Elm'],
    ['private use', 'Elm\ue000', 'Elm'],
    ['blank of Braille', 'Elm\u2800clinic', 'Elmclinic'],
    ['filler of Hangul', '\u115fElm\u1160\u3164\uffa0', 'Elm'],
    ['grapheme joiner', 'El\u034fm', 'Elm'],
    ['vowel of Khmer that is not drawn', 'Elm\u17b4\u17b5', 'Elm'],
    ['accents on nothing', '\u0300'.repeat(80), ''],
    ['accents on spaces', ' \u0301 \u20dd\ufe0f', ''],
    ['spaces of all kinds', ' Elm\u00a0\u2003\u3000clinic ', 'Elm clinic'],
  ])('has no %s', (_, text, kept) => {
    expect(visibleLine(text)).toBe(kept);
  });

  test.each([
    ['accents, composed', 'Cafe\u0301', 'Café'],
    ['Arabic', 'عيادة', 'عيادة'],
    ['the joiner inside a Persian word', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['the joiner of a Sinhala letter', 'ශ\u0dca\u200dරී', 'ශ\u0dca\u200dරී'],
    ['a family', '👨\u200d👩\u200d👧', '👨\u200d👩\u200d👧'],
    ['a heart on fire', '❤\ufe0f\u200d🔥', '❤\ufe0f\u200d🔥'],
    ['punctuation', 'Zahn; "Praxis", Müller\\Söhne', 'Zahn; "Praxis", Müller\\Söhne'],
  ])('keeps %s', (_, text, kept) => {
    expect(visibleLine(text)).toBe(kept);
  });

  test('loses a joiner that joins nothing', () => {
    expect(visibleLine('El\u200dm \u200c')).toBe('Elm');
  });
});

test('several lines keep their breaks and tabs, of any system, and nothing else that is invisible', () => {
  expect(visibleLines(' a\r\nb\rc\u0085d\u2028e\tf\u0000\u001b\u202e\ud800 ')).toBe('a\nb\nc\nd\ne\tf');
});

describe('a field', () => {
  const said = (
    schema: { safeParse(value: unknown): { error?: { issues: { message: string }[] } } },
    value: string,
  ) => schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];

  test('a one-line field is cleaned, and may end up empty', () => {
    expect(singleLine(10).parse('\u202eAnn\n')).toBe('Ann');
    expect(singleLine(10).parse('\u200b')).toBe('');
    expect(said(singleLine(10).min(1), '\u200b')).toEqual(['Must not be empty']);
    expect(said(singleLine(3), 'abcd')).toEqual(['At most 3 characters']);
  });

  test('a field of several lines is cleaned', () => {
    expect(multiLine(10).parse('a\r\n\u0007b')).toBe('a\nb');
  });

  test.each(['Ann\u0000', 'Ann \ud83d'])('that was typed refuses what a program broke (%j)', (text) => {
    expect(said(typedLine(10), text)).toEqual([expect.stringContaining('can’t be stored')]);
  });
});
