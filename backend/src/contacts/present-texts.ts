import { type NoTexts, noTextReason, type TextState, textReason } from '@voxanne/contract';
import type { TextRow } from './texts.queries.ts';

const instant = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());

/**
 * The newest state of each kind of text, with its reason in words.
 * @param whyNot - What `app_private.why_no_text` answered: then nothing that waits will leave.
 */
export const presentTexts = (rows: readonly TextRow[], whyNot: string | null): TextState[] =>
  rows
    .map((row) =>
      whyNot !== null && row.message_id === null
        ? { ...row, status: 'failed', error_code: whyNot, sends_at: null }
        : row,
    )
    .map(({ status, ...row }) => ({
      ...row,
      status: status as TextState['status'],
      reason: textReason(status, row.error_code),
      at: new Date(row.at).toISOString(),
      sends_at: instant(row.sends_at),
      informed_at: instant(row.informed_at),
    }));

/** @param code - What `app_private.why_no_text` answered. */
export const refusalOfTexts = (code: string | null): NoTexts | null => {
  const reason = noTextReason(code);
  return reason === null ? null : { code: code as NoTexts['code'], reason };
};
