import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Long in `npm run bench -- proofs`. */
    proofs: 'short' | 'long';
  }
}

/** How many cases a proof by many cases goes through: some in every run of the tests, all in `npm run bench -- proofs`. */
export const inProof = ({ short, long }: { short: number; long: number }): number =>
  inject('proofs') === 'long' ? long : short;
