/** The text of CHANGELOG.md: one section a version, the newest first, "Unreleased" on top. */

export interface Commit {
  hash: string;
  subject: string;
}

const UNRELEASED = '## Unreleased';

/** The last commit that was read, so that a line that was rewritten by hand does not come back. */
const MARKER = /<!-- up to ([0-9a-f]{7,40}) -->/;

/** A changelog in which nothing has happened yet. */
export const START = `# Changelog

What changed for people who run or use Voxanne. Versions follow https://semver.org.

${UNRELEASED}
`;

/** What readers look for first comes first; other kinds of commits change nothing for them. */
const HEADINGS: [heading: string, kind: string][] = [
  ['Breaking', 'breaking'],
  ['Added', 'feat'],
  ['Fixed', 'fix'],
  ['Faster', 'perf'],
];

const SUBJECT = /^(\w+)(?:\(([\w-]+)\))?(!)?: (.+)$/;

/** The commit up to which `text` was written. */
export const lastCommitIn = (text: string): string | undefined => MARKER.exec(text)?.[1];

/** Puts the commits under "Unreleased", below the lines that are there. */
export function addCommits(text: string, commits: readonly Commit[]): string {
  const last = commits.at(-1);
  if (!last) return text;
  const [before, section, after] = splitAtUnreleased(text);
  const isFirstVersion = !/^## \d/m.test(text);
  const lines = new Map(HEADINGS.map(([heading]) => [heading, linesUnder(section, heading)]));
  for (const { subject } of commits) {
    const [, type = '', scope, breaking, words = ''] = SUBJECT.exec(subject) ?? [];
    const kind = breaking ? 'breaking' : type;
    // What was never released has not been broken for anyone.
    if (isFirstVersion && kind !== 'feat') continue;
    const heading = HEADINGS.find(([, one]) => one === kind)?.[0];
    if (heading) lines.get(heading)?.push(`- ${scope ? `**${scope}**: ` : ''}${words}`);
  }
  const parts = [...lines].filter(([, items]) => items.length > 0);
  const body = parts.map(([heading, items]) => `### ${heading}\n\n${items.join('\n')}\n`).join('\n');
  return `${before}${UNRELEASED}\n\n<!-- up to ${last.hash} -->\n\n${body}${after}`;
}

/** Turns "Unreleased" into a version and opens a new, empty one above it. */
export function closeSection(text: string, version: string, date: string): string {
  if (text.includes(`\n## ${version} `)) {
    throw new Error(`CHANGELOG.md already has a section ${version}. Choose the next version.`);
  }
  const marker = MARKER.exec(text)?.[0];
  const [before, section, after] = splitAtUnreleased(text);
  const kept = section.replace(MARKER, '').trim();
  const top = `${UNRELEASED}\n${marker ? `\n${marker}\n` : ''}`;
  return `${before}${top}\n## ${version} (${date})\n\n${kept === '' ? 'No changes for users.' : kept}\n${after}`;
}

/** What is above the heading "Unreleased", what is under it, and the versions below. */
function splitAtUnreleased(text: string): [before: string, section: string, after: string] {
  const start = text.indexOf(UNRELEASED);
  if (start === -1)
    throw new Error('CHANGELOG.md has no section "## Unreleased". Put it above the newest version.');
  const rest = text.slice(start + UNRELEASED.length);
  const end = rest.search(/^## /m);
  const section = end === -1 ? rest : rest.slice(0, end);
  return [text.slice(0, start), section, end === -1 ? '' : `\n${rest.slice(end)}`];
}

function linesUnder(section: string, heading: string): string[] {
  const [, below = ''] = section.split(`### ${heading}\n`);
  const [own = ''] = below.split(/^### /m);
  const trimmed = own.trim();
  return trimmed === '' ? [] : trimmed.split(/\n(?=- )/);
}
