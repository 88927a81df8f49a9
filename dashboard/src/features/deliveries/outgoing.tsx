import { Button, Select } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Outgoing } from '@voxanne/contract';
import { formatMoment, plural } from '../../lib/format/format.ts';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { outgoingQuery } from './api/outgoing.ts';
import { useSendAgain } from './api/send-again.ts';
import classes from './deliveries-page.module.css';
import { DeliveryRows, newestFirst } from './delivery-rows.tsx';
import { statusOptions, statusView, whatLeaves } from './delivery-view.ts';

const route = getRouteApi('/app/deliveries');

export function OutgoingList({ timeZone }: { timeZone: string }) {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(outgoingQuery(status));
  return (
    <Panel
      title="Outgoing"
      hint={newestFirst(query.data, 'entry', 'entries')}
      aside={
        <Select
          size="sm"
          clearable
          className={classes.filter}
          aria-label="Status"
          placeholder="Any status"
          data={statusOptions}
          value={status ?? null}
          onChange={(value) =>
            void navigate({
              search: { list: 'outgoing', status: (value ?? undefined) as typeof status },
              replace: true,
            })
          }
        />
      }
    >
      <DeliveryRows
        query={query}
        loading="Loading outgoing items"
        unreadable="We couldn’t load outgoing items"
        stillWorks="Texts and calendar entries are still sent; this page only shows them."
        none={
          <EmptyState icon={IconSend} title="Nothing outgoing">
            <span>
              {status === undefined
                ? 'Book an appointment, and its text and calendar entry will show up here.'
                : 'Nothing has this status. We keep finished items for 7 days.'}
            </span>
          </EmptyState>
        }
        row={(entry) => <Row entry={entry} timeZone={timeZone} />}
      />
    </Panel>
  );
}

function Row({ entry, timeZone }: { entry: Outgoing; timeZone: string }) {
  const { word, tone, busy } = statusView(entry.status);
  const again = useSendAgain({
    onSuccess: ({ summary }) => notifyDone(summary),
    onError: (error) => notifyFailed('We couldn’t send it again', error),
  });
  return (
    <div className={`${classes.row} ${classes.still}`}>
      <span className={classes.what}>
        {whatLeaves(entry)}
        <span className={classes.dim}>{formatMoment(entry.created_at, timeZone)}</span>
      </span>
      <span className={classes.remark}>
        {entry.error_message ??
          (entry.waits_for_another ? 'Waiting for the one before it' : plural(entry.attempts, 'attempt'))}
      </span>
      <StatusTag tone={tone} busy={busy ?? false}>
        {word}
      </StatusTag>
      {entry.replayable ? (
        <Button
          size="xs"
          variant="default"
          className={classes.again}
          loading={again.isPending}
          aria-label={`Send again: ${whatLeaves(entry)}, ${formatMoment(entry.created_at, timeZone)}`}
          onClick={() => again.mutate(entry.id)}
        >
          Send again
        </Button>
      ) : null}
    </div>
  );
}
