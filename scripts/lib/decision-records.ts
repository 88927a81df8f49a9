/** The decision records in docs/adr: each one complete, numbered once, and listed in ARCHITECTURE.md. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'docs/adr/';
const GUIDE = `${FOLDER}README.md`;
const NAME = /^docs\/adr\/(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/;

/** What every record holds. A decision without figures says why instead. */
const PARTS: [part: string, pattern: RegExp][] = [
  ['a line "Date: 2026-01-31"', /^Date: \d{4}-\d{2}-\d{2}$/m],
  ['"## Decision"', /^## Decision\n\n\S/m],
  ['"## Measurement" or "## Why"', /^## (?:Measurement|Why)\n\n\S/m],
  ['"## Consequence"', /^## Consequence\n\n\S/m],
];

/** Says what is wrong with the records among `files`; nothing in a repository that has no docs/adr. */
export function decisionRecordFindings(root: string, files: readonly string[]): string[] {
  const records = files.filter((file) => file.startsWith(FOLDER) && file !== GUIDE);
  if (records.length === 0) {
    return files.includes(GUIDE) ? [`${GUIDE} has no records beside it. Check the folder.`] : [];
  }
  const overview = join(root, 'ARCHITECTURE.md');
  const listed = existsSync(overview) ? readFileSync(overview, 'utf8') : '';
  const numbers = new Map<string, string>();
  return records.flatMap((file) => {
    const number = NAME.exec(file)?.[1];
    if (number === undefined) {
      return [`${file} isn’t named like a decision record. Name it ${FOLDER}0123-what-it-decides.md.`];
    }
    const findings = partFindings(file, number, readFileSync(join(root, file), 'utf8'));
    const other = numbers.get(number);
    if (other) findings.push(`${file} has the same number as ${other}. Use the next free number.`);
    numbers.set(number, file);
    if (!listed.includes(`](${file})`)) {
      findings.push(`${file} is not listed in ARCHITECTURE.md. Add its line under "Decisions".`);
    }
    return findings;
  });
}

function partFindings(file: string, number: string, text: string): string[] {
  const missing = PARTS.filter(([, pattern]) => !pattern.test(text)).map(([part]) => part);
  if (!text.startsWith(`# ${number}. `)) missing.unshift(`a heading that begins with "# ${number}. "`);
  return missing.length > 0 ? [`${file} is missing ${missing.join(', ')}. Add it.`] : [];
}
