import { createRequire } from 'node:module';

/** The part of opossum that is compared; the package brings no types of its own. */
export interface Opossum {
  fire(...args: unknown[]): Promise<unknown>;
  readonly opened: boolean;
  readonly halfOpen: boolean;
  readonly closed: boolean;
  on(event: string, listener: (...args: unknown[]) => void): this;
  shutdown(): void;
}

export interface OpossumOptions {
  timeout?: number | false;
  resetTimeout?: number;
  errorThresholdPercentage?: number;
  volumeThreshold?: number;
  rollingCountTimeout?: number;
  rollingPercentilesEnabled?: boolean;
  capacity?: number;
  errorFilter?: (error: unknown) => boolean;
  abortController?: AbortController;
}

type Constructor = new (fn: (...args: never[]) => Promise<unknown>, options: OpossumOptions) => Opossum;

export const CircuitBreaker = createRequire(import.meta.url)('opossum') as Constructor;
