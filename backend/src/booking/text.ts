/** One line without what cannot be seen: bidirectional and zero-width characters can turn a name around on a screen. */
export const visibleLine = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/\p{C}/gu, '')
    .replace(/ +/g, ' ')
    .trim();

/** As it was written, line breaks included, without control characters: a NUL cannot be stored at all. */
export const visibleLines = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n\t]/gu, '')
    .trim();
