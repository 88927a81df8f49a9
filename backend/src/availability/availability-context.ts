import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';

export interface AvailabilityContext {
  database: Database;
  clock: Clock;
  /** Signs what is offered. */
  slotKey: Buffer;
}
