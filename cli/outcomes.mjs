export const OK = 0;
export const FINDING = 1;
const USAGE = 2;
const UNREACHABLE = 3;

/** What a person reads on stderr, and the exit code that goes with it. */
export class Problem extends Error {
  constructor(message, exitCode = FINDING) {
    super(message);
    this.exitCode = exitCode;
  }
}

export class UsageFault extends Problem {
  constructor(message) {
    super(message, USAGE);
  }
}

export class Unreachable extends Problem {
  constructor(message) {
    super(message, UNREACHABLE);
  }
}
