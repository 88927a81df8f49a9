import type { Database } from '../platform/database.ts';
import { mayText } from './may-text.queries.ts';

const REMEMBERED = 10_000;

/** Asks until the answer is yes, which it stays: a text then costs no question. */
export function createMayText(
  database: Pick<Database, 'serviceStatement'>,
  mode: 'sandbox' | 'live',
): (orgId: string) => Promise<boolean> {
  const may = new Set<string>();
  return async (orgId) => {
    if (mode === 'sandbox' || may.has(orgId)) return true;
    const [row] = await database.serviceStatement(mayText(orgId));
    if (!row?.may) return false;
    if (may.size >= REMEMBERED) may.clear();
    may.add(orgId);
    return true;
  };
}
