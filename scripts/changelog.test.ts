import { describe, expect, it } from 'vitest';
import { addCommits, closeSection, lastCommitIn, START } from './lib/changelog.ts';

const commit = (subject: string, hash = 'abcdef1') => ({ hash, subject });
const released = closeSection(
  addCommits(START, [commit('feat: the first thing', '1111111')]),
  '0.1.0',
  '2026-01-31',
);

describe('the changelog', () => {
  it('lists features and fixes under their room, and leaves out what changes nothing for users', () => {
    const text = addCommits(released, [
      commit('feat(booking): groups can be booked'),
      commit('test(booking): a slower machine'),
      commit('fix: the start says which port is taken', '2222222'),
    ]);
    expect(text).toContain('### Added\n\n- **booking**: groups can be booked\n');
    expect(text).toContain('### Fixed\n\n- the start says which port is taken\n');
    expect(text).not.toContain('slower');
    expect(lastCommitIn(text)).toBe('2222222');
  });

  it('keeps lines that were rewritten by hand, and adds the new ones below them', () => {
    const once = addCommits(released, [commit('feat(booking): groups can be booked')]);
    const edited = once.replace('**booking**: groups can be booked', 'Book a group in one step.');
    expect(addCommits(edited, [commit('feat: one more')])).toContain(
      '- Book a group in one step.\n- one more\n',
    );
  });

  it('lists no fixes before the first version, because nothing was released that needed them', () => {
    expect(addCommits(START, [commit('fix: a fault')])).not.toContain('fault');
  });

  it('puts a breaking change first', () => {
    const text = addCommits(released, [commit('feat: new'), commit('feat(api)!: ids are UUIDs')]);
    expect(text.indexOf('### Breaking')).toBeLessThan(text.indexOf('### Added'));
  });

  it('turns Unreleased into a version and opens a new one above it', () => {
    expect(released).toContain(
      '## Unreleased\n\n<!-- up to 1111111 -->\n\n## 0.1.0 (2026-01-31)\n\n### Added\n',
    );
    const next = closeSection(
      addCommits(released, [commit('feat: the second thing')]),
      '0.2.0',
      '2026-02-28',
    );
    expect([...next.matchAll(/^## .+$/gm)].map(([line]) => line)).toEqual([
      '## Unreleased',
      '## 0.2.0 (2026-02-28)',
      '## 0.1.0 (2026-01-31)',
    ]);
  });

  it('does not write a version twice', () => {
    expect(() => closeSection(released, '0.1.0', '2026-02-28')).toThrow('already has a section 0.1.0');
  });

  it('changes nothing when there is no new commit', () => {
    expect(addCommits(released, [])).toBe(released);
  });
});
