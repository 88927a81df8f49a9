import { Button } from '@mantine/core';
import { IconMessageX, IconPhone } from '@tabler/icons-react';
import type { Message } from '@voxanne/contract';
import { formatPhone, formatTime, relativeDay } from '../../lib/format/format.ts';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { headline, kindWords } from '../messaging/message-view.ts';
import { TextActions } from '../messaging/text-actions.tsx';
import classes from '../tasks/needs-you.module.css';

interface Props {
  text: Message;
  timeZone: string;
  now: number;
}

/** A text that did not arrive: the patient does not know what it says. */
export function RefusedTextRow({ text, timeZone, now }: Props) {
  const who = headline(text);
  const phone = formatPhone(text.patient.phone);
  return (
    <li className={classes.row}>
      <div>
        <span className={classes.name}>{who}</span>
        <span className={classes.dim}>
          {text.patient.contacts.length === 0 ? '' : `${phone} · `}
          {kindWords(text.kind)} · {relativeDay(text.created_at, now, timeZone)} at{' '}
          {formatTime(text.created_at, timeZone)}
        </span>
        <p className={classes.words}>{text.reason}</p>
      </div>
      <div className={classes.tags}>
        <StatusTag tone="bad" icon={IconMessageX}>
          Text didn’t arrive
        </StatusTag>
      </div>
      <div className={classes.actions}>
        <Button
          component="a"
          href={`tel:${text.patient.phone}`}
          variant="default"
          size="xs"
          leftSection={<IconPhone size={14} aria-hidden />}
          aria-label={`Call ${who} at ${phone}`}
        >
          Call
        </Button>
        <TextActions text={text} who={who} />
      </div>
    </li>
  );
}
