import { Button } from '@mantine/core';
import type { NoTexts, TextState } from '@voxanne/contract';
import { formatMoment } from '../../lib/format/format.ts';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { Countdown } from './countdown.tsx';
import { kindWords } from './message-view.ts';
import { TextActions } from './text-actions.tsx';
import classes from './text-list.module.css';
import { noTextsWord, textWord } from './text-word.ts';

interface Props {
  texts: TextState[];
  noTexts: NoTexts | null;
  who: string;
  timeZone: string;
  /** Takes back the one that waits; without it none is shown to wait. */
  onDontText?: () => void;
  busy?: boolean;
}

/** What was texted to a patient, the newest of each kind, and what can be done where it did not arrive. */
export function TextList({ texts, noTexts, who, timeZone, onDontText, busy = false }: Props) {
  if (texts.length === 0 && noTexts === null) return <p className={classes.dim}>No texts yet.</p>;
  return (
    <ul className={classes.list}>
      {noTexts === null ? null : (
        <li>
          <StatusTag tone="warn" plain>
            {noTextsWord(noTexts)}
          </StatusTag>
        </li>
      )}
      {texts.map((text) => {
        const { word, tone } = textWord(text);
        const waits = text.status === 'waiting' && text.sends_at !== null;
        return (
          <li key={text.message_id ?? text.kind}>
            <span className={classes.head}>
              {kindWords(text.kind)}
              {waits && text.sends_at !== null ? (
                <Countdown sendsAt={text.sends_at} />
              ) : (
                <StatusTag tone={tone} plain>
                  {word}
                </StatusTag>
              )}
            </span>
            {waits ? null : <span className={classes.dim}>{formatMoment(text.at, timeZone)}</span>}
            {text.reason === null ? null : <span className={classes.reason}>{text.reason}</span>}
            {waits && onDontText ? (
              <Button size="xs" variant="default" loading={busy} onClick={onDontText}>
                Don’t text
              </Button>
            ) : null}
            {text.message_id === null ? null : (
              <TextActions text={{ ...text, id: text.message_id }} who={who} />
            )}
          </li>
        );
      })}
    </ul>
  );
}
