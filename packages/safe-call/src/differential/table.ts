import type { Scenario } from './scenarios.ts';

export interface Row {
  scenario: Scenario;
  /** By subject, in the order of the columns. */
  good: boolean[];
}

/** The table as the README shows it. */
export function markdownTable(names: readonly string[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', 'question', ...names]),
    line(['---', '---', ...names.map(() => '---')]),
    ...rows.map(({ scenario, good }) =>
      line([scenario.hazard, scenario.question, ...good.map((one) => (one ? 'yes' : '**no**'))]),
    ),
  ].join('\n');
}
