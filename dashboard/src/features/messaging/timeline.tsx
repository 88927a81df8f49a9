import { VisuallyHidden } from '@mantine/core';
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react';
import type { MessageDetail } from '@voxanne/contract';
import { formatSecond } from '../../lib/format/format.ts';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { milestoneView, statusView } from './message-view.ts';
import classes from './timeline.module.css';

/** queued, sent, delivered: what a front desk wants to know at one look. */
export function Milestones({ message, timeZone }: { message: MessageDetail; timeZone: string }) {
  return (
    <ol className={classes.track} aria-label="Delivery of the text">
      {milestoneView(message).map((step) => (
        <li key={step.status} className={classes.mark} data-reached={step.reached ? '' : undefined}>
          <span className={classes.glyph}>
            {step.reached ? (
              <IconCircleCheckFilled size={22} aria-hidden />
            ) : (
              <IconCircleDashed size={22} aria-hidden />
            )}
          </span>
          <span>
            {step.word}
            {step.reached ? null : <VisuallyHidden> (not yet)</VisuallyHidden>}
          </span>
          <span className={classes.at}>{step.at === null ? '\u00a0' : formatSecond(step.at, timeZone)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Every report in order, with what the carrier said. */
export function FullTimeline({ message, timeZone }: { message: MessageDetail; timeZone: string }) {
  return (
    <ol className={classes.steps} aria-label="Timeline">
      {message.timeline.map((entry, index) => {
        const { word, tone } = statusView(entry.status);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a status can be reported twice at the same time
          <li key={`${entry.at}-${index}`}>
            <StatusTag tone={tone} plain>
              {word}
            </StatusTag>
            <time className={classes.at} dateTime={entry.at}>
              {formatSecond(entry.at, timeZone)}
            </time>
            {entry.reason === null ? null : (
              <p className={classes.detail}>
                {entry.reason} {/^\d+$/.test(entry.detail ?? '') ? `(${entry.detail})` : ''}
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}
