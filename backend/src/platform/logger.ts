import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { describeError } from './errors.ts';

export type Logger = PinoLogger;

/**
 * JSON lines on stdout. What may be logged is decided where it is logged: ids, states, counts, durations. The
 * serializer keeps an error to its name, message and code, because drivers hang whole rows on theirs.
 */
export function createLogger(
  level: string,
  destination?: DestinationStream,
  hideSecrets = (text: string): string => text,
): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {
      err(error: unknown) {
        const described = describeError(error);
        return { ...described, message: hideSecrets(described.message) };
      },
    },
    redact: {
      paths: [
        'phone',
        'email',
        'name',
        'body',
        'to',
        'token',
        'secret',
        'password',
        'authorization',
        'cookie',
      ],
      remove: true,
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

export const silentLogger: Logger = pino({ level: 'silent' });
