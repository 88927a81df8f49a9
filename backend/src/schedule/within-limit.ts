import { sqlState } from '../platform/database.ts';
import { scheduleErrors } from './schedule.errors.ts';

const PROGRAM_LIMIT_EXCEEDED = '54000';

/**
 * Inserts, unless the clinic has reached the limit.
 * @throws {AppError} LIMIT_REACHED (409).
 */
export async function withinLimit<T>(
  what: 'providers' | 'services' | 'times off',
  inserting: Promise<T>,
): Promise<T> {
  try {
    return await inserting;
  } catch (error) {
    throw sqlState(error) === PROGRAM_LIMIT_EXCEEDED ? scheduleErrors.limitReached(what) : error;
  }
}
