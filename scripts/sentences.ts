/**
 * Lists every sentence that a person or an agent reads, with its place. With `--check` it lists only those that hold
 * a word from the word list, and fails for them.
 */
import { resolve } from 'node:path';
import { checkSentences } from './sentences/check.ts';
import { collectSentences } from './sentences/collect.ts';

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  const root = resolve(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? '.');
  const sentences = collectSentences(root);
  if (!isCheck) {
    for (const { file, line, kind, text } of sentences) console.log(`${file}:${line}\t${kind}\t${text}`);
  } else {
    const findings = checkSentences(root, sentences);
    for (const finding of findings) console.log(finding);
    console.log(`sentences: ${sentences.length} read, ${findings.length} findings`);
    process.exitCode = findings.length > 0 ? 1 : 0;
  }
}
