import { Button, Group } from '@mantine/core';
import { IconHourglass, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { WaitlistEntry } from '@voxanne/contract';
import { useState } from 'react';
import { formatPhone } from '../../lib/format/format.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { useRight } from '../identity/use-right.ts';
import { WithRight } from '../identity/with-right.tsx';
import { useLeaveWaitlist } from './api/leave-waitlist.ts';
import { waitlistQuery } from './api/waitlist.ts';
import { useAnswerOffer } from './use-answer-offer.ts';
import { WaitlistForm } from './waitlist-form.tsx';
import classes from './waitlist-panel.module.css';
import { waitlistWord, waits, wantedWords } from './waitlist-view.ts';

/** Who is waiting for a time to open up, in the order in which they are asked. */
export function WaitlistPanel({ timeZone }: { timeZone: string }) {
  const [adding, setAdding] = useState(false);
  const mayAdd = useRight('waitlist.edit');
  return (
    <Panel
      title="Waitlist"
      hint="When a time opens up, we text the first person it fits. They have 15 minutes to take it."
      aside={
        adding || !mayAdd ? undefined : (
          <Button
            variant="light"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Add to waitlist
          </Button>
        )
      }
    >
      {adding ? <WaitlistForm onDone={() => setAdding(false)} /> : null}
      <Waiting timeZone={timeZone} />
    </Panel>
  );
}

function Waiting({ timeZone }: { timeZone: string }) {
  const { data, error, refetch } = useQuery(waitlistQuery);
  const [leaving, setLeaving] = useState<WaitlistEntry>();
  const leave = useLeaveWaitlist({
    onSuccess: (_, { contact }) => notifyDone(`${contact.name} is off the waitlist.`),
    onError: (cause) => notifyFailed('We couldn’t remove them from the waitlist', cause),
    onSettled: () => setLeaving(undefined),
  });
  if (data === undefined) {
    return error === null ? (
      <LoadingRows rows={2} height={56} label="Loading the waitlist" />
    ) : (
      <ErrorState
        title="We couldn’t load the waitlist"
        error={error}
        stillWorks="Open times are still offered; this page only shows who’s waiting."
        onRetry={() => void refetch()}
      />
    );
  }
  const waiting = data.data.filter(waits);
  return (
    <>
      {waiting.length === 0 ? (
        <EmptyState icon={IconHourglass} title="The waitlist is empty">
          <span>Add patients who couldn’t get a time.</span>
        </EmptyState>
      ) : (
        <ol className={classes.list}>
          {waiting.map((entry) => (
            <Row key={entry.id} entry={entry} timeZone={timeZone} onLeave={() => setLeaving(entry)} />
          ))}
        </ol>
      )}
      <Confirm
        opened={leaving !== undefined}
        title={`Remove ${leaving?.contact.name ?? 'the patient'} from the waitlist?`}
        confirm="Remove"
        cancel="Keep on waitlist"
        busy={leave.isPending}
        onConfirm={() => leaving && leave.mutate(leaving)}
        onCancel={() => setLeaving(undefined)}
      >
        {leaving?.offer
          ? 'The time we’re holding for them goes to the next patient on the list.'
          : 'They won’t get any more offers.'}
      </Confirm>
    </>
  );
}

interface RowProps {
  entry: WaitlistEntry;
  timeZone: string;
  onLeave: () => void;
}

function Row({ entry, timeZone, onLeave }: RowProps) {
  const { accept, withdraw } = useAnswerOffer(timeZone);
  const busy = accept.isPending || withdraw.isPending;
  const { word, tone } = waitlistWord(entry, timeZone);
  const { name, phone } = entry.contact;
  return (
    <li className={classes.row}>
      <span>
        <span className={classes.name}>{name}</span>
        <span className={classes.dim}>
          {phone === null ? 'No phone number' : formatPhone(phone)} · {wantedWords(entry)}
        </span>
      </span>
      <StatusTag tone={tone} plain>
        {word}
      </StatusTag>
      <WithRight right="waitlist.edit">
        <Group gap="xs">
          {entry.offer === null ? null : (
            <>
              <Button
                variant="light"
                size="xs"
                disabled={busy}
                aria-label={`Book the offered time for ${name}`}
                onClick={() =>
                  accept.mutate(entry, { onError: (cause) => notifyFailed('We couldn’t book it', cause) })
                }
              >
                Book it
              </Button>
              <Button
                variant="default"
                size="xs"
                disabled={busy}
                aria-label={`Withdraw the offer to ${name}`}
                onClick={() =>
                  withdraw.mutate(entry, {
                    onError: (cause) => notifyFailed('We couldn’t withdraw the offer', cause),
                  })
                }
              >
                Withdraw
              </Button>
            </>
          )}
          <Button
            variant="default"
            size="xs"
            aria-label={`Remove from the waitlist: ${name}`}
            onClick={onLeave}
          >
            Remove
          </Button>
        </Group>
      </WithRight>
    </li>
  );
}
