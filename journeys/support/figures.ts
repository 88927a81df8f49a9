/** What a journey measured, so that `npm test` shows it. */
export interface Figures {
  add(name: string, value: string, beside?: string): void;
  print(): void;
}

export function figures(title: string): Figures {
  const lines: string[] = [];
  return {
    add(name, value, beside = '') {
      lines.push(`  ${name.padEnd(46)} ${value.padStart(10)}  ${beside}`.trimEnd());
    },
    print() {
      console.log(`${title}\n${lines.join('\n')}`);
    },
  };
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
