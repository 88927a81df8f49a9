/** Tells sentences from the strings that programs exchange: names of classes, headers, statements, patterns. */

const WORD = /^["'“”(«[]*(?:[A-Za-z][a-z’'-]*|\{\}|I|[A-Z]{2,}s?)(?:'s|’s)?[.,:;!?"'”)»…\]]*$/;
const MACHINE =
  /^\s*(?:select|insert into|update|delete from|with|create|alter|drop|grant|set|begin|listen|notify)\b[^.!?]*\b(?:from|into|set|as|to|on|role|table|local|function)\b(?![\s\S]*[.!?]$)|::|--[a-z-]+:|\bvar\(|^[./#@]|\bcharset=|\bmax-age=|=>|&&|\|\||<\/?[a-z]+[ />]|\w\(\)|^[a-z]+\/[a-z+-]+\b/;

/** Says whether a person would read `text` as words. One word alone is a name, so it takes two. */
export function isProse(text: string): boolean {
  if (MACHINE.test(text)) return /^[A-Z][^<>]*[.!?]$/.test(text.trim()) && !/<\/?[a-z]/.test(text);
  if (/^[A-Z][A-Z0-9_]*$/.test(text.trim()) || /'(?:self|none)'/.test(text)) return false;
  const tokens = text.trim().split(/\s+/);
  // A list of words that are looked for, not a sentence.
  if (tokens.length >= 8 && !/[A-Z.,:;!?]/.test(text)) return false;
  const words = tokens.filter((token) => WORD.test(token) && token !== '{}');
  const plain = words.filter((word) => /[a-z]{2}/.test(word) && !/[a-z]-[a-z]/.test(word));
  if (plain.length < 2 || words.length < tokens.length * 0.6) return false;
  return /^[^a-z]*[A-Z]/.test(text) || plain.length >= 3 || /[.!?…:]$/.test(text.trim());
}
