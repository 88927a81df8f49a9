const OF_THE_MACHINE = /^(PATH|HOME|TZ|LD_PRELOAD|FAKETIME\w*|NO_FAKE_STAT|DONT_FAKE_MONOTONIC)$/;

/**
 * The variables of the machine for a process that otherwise gets its settings from a test alone. With those of
 * libfaketime, so that a moved clock is moved for every process.
 */
export const ofThisMachine = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => OF_THE_MACHINE.test(name)));
