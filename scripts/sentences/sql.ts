/** The sentences that SQL functions say when they refuse something. */
import { isProse } from './prose.ts';

export interface SqlSentence {
  line: number;
  text: string;
}

/** Single-quoted strings that read like words; comments and statements are left out. */
export function sqlSentences(sql: string): SqlSentence[] {
  const withoutComments = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  );
  const withoutDocs = withoutComments.replace(/^\s*comment on [\s\S]*?;$/gm, (statement) =>
    statement.replace(/[^\n]/g, ' '),
  );
  return [...withoutDocs.matchAll(/'((?:[^']|'')*)'/g)]
    .map(({ 1: quoted = '', index }) => ({
      line: withoutDocs.slice(0, index).split('\n').length,
      text: quoted.replace(/''/g, "'").replace(/\s+/g, ' ').replace(/%/g, '{}').trim(),
    }))
    .filter(({ text }) => /^[A-Z]/.test(text) && isProse(text));
}
