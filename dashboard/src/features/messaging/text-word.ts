import type { NoTexts, TextState } from '@voxanne/contract';
import type { Word } from '../../lib/ui/status-tag.tsx';
import { statusView } from './message-view.ts';

export function textWord({ status, informed_at }: TextState): Word {
  if (status === 'waiting') return { word: 'Texting soon', tone: 'info' };
  if (informed_at !== null) return { word: 'Reached by phone', tone: 'ok' };
  if (status === 'unknown') return { word: statusView(status).word, tone: 'warn' };
  const { word, tone } = statusView(status);
  return { word: `Text ${word.toLowerCase()}`, tone };
}

const noTexts: Record<NoTexts['code'], string> = {
  NO_PHONE: 'No texts: no phone number',
  STOPPED: 'No texts: the patient sent STOP',
  CANNOT_RECEIVE: 'No texts: this number can’t receive them',
};
export const noTextsWord = ({ code }: NoTexts): string => noTexts[code];
