import type { AvailabilityContext } from '../availability/index.ts';
import type { Logger } from '../platform/logger.ts';

/** What the verbs of a booking work with. */
export interface BookingContext extends AvailabilityContext {
  log: Logger;
}
