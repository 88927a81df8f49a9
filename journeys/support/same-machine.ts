const OF_THE_MACHINE = /^(PATH|HOME|TZ|LD_PRELOAD|FAKETIME\w*|NO_FAKE_STAT|DONT_FAKE_MONOTONIC)$/;

/**
 * The variables of the machine for a process that otherwise gets its settings from a test alone. With those of
 * libfaketime, so that a moved clock is moved for every process.
 */
export const ofThisMachine = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => OF_THE_MACHINE.test(name)));

/** A journey asks more in minutes than a clinic in an hour, all from one address. */
export const HIGH_LIMITS = {
  RATE_LIMIT_ORG_PER_HOUR: '999999',
  RATE_LIMIT_IP_PER_15MIN: '999999',
  RATE_LIMIT_PROVIDER_PER_MINUTE: '999999',
};
