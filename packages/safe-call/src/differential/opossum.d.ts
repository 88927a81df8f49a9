/** The part of opossum that is compared; it brings no types of its own. */
declare module 'opossum' {
  interface Options {
    timeout?: number | false;
    resetTimeout?: number;
    errorThresholdPercentage?: number;
    volumeThreshold?: number;
    rollingCountTimeout?: number;
    capacity?: number;
    errorFilter?: (error: unknown) => boolean;
  }

  export default class CircuitBreaker {
    constructor(fn: (...args: never[]) => Promise<unknown>, options: Options);
    fire(...args: unknown[]): Promise<unknown>;
    readonly opened: boolean;
    readonly closed: boolean;
    on(event: string, listener: (...args: unknown[]) => void): this;
  }
}
