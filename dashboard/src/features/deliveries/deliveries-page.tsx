import { SegmentedControl, Select } from '@mantine/core';
import { IconChevronRight, IconWebhook } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Delivery } from '@voxanne/contract';
import { formatMoment } from '../../lib/format/format.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { meQuery } from '../identity/api/me.ts';
import { useRight } from '../identity/use-right.ts';
import { WithRight } from '../identity/with-right.tsx';
import { deliveriesQuery } from './api/deliveries.ts';
import classes from './deliveries-page.module.css';
import { DeliveryDrawer } from './delivery-drawer.tsx';
import { DeliveryRows, newestFirst } from './delivery-rows.tsx';
import { providerOptions, remarks, statusOptions, statusView, whatCame } from './delivery-view.ts';
import { OutgoingList } from './outgoing.tsx';
import { ReplayDeadLetters } from './replay-dead-letters.tsx';

const route = getRouteApi('/app/deliveries');

const lists = [
  { value: 'webhooks', label: 'Webhooks' },
  { value: 'outgoing', label: 'Outgoing' },
];

export function DeliveriesPage() {
  const { data: me } = useQuery(meQuery);
  const mayRead = useRight('deliveries.read');
  const { list = 'webhooks' } = route.useSearch();
  const navigate = route.useNavigate();
  const timeZone = me?.organization.time_zone ?? 'UTC';
  return (
    <Page
      title="Deliveries"
      hint="Webhooks received and messages sent, with retries."
      actions={
        <WithRight right="deliveries.replay">
          <ReplayDeadLetters />
        </WithRight>
      }
    >
      {mayRead ? null : (
        <Panel title="Webhooks">
          <EmptyState icon={IconWebhook} title="Only the owner can see webhooks">
            <span>They can include what was said on calls. Ask the owner to take a look.</span>
          </EmptyState>
        </Panel>
      )}
      {mayRead ? (
        <>
          <SegmentedControl
            className={classes.lists}
            aria-label="Type of delivery"
            data={lists}
            value={list}
            onChange={(value) =>
              void navigate({
                search: value === 'outgoing' ? { list: 'outgoing' } : {},
                replace: true,
              })
            }
          />
          {list === 'outgoing' ? <OutgoingList timeZone={timeZone} /> : <Webhooks timeZone={timeZone} />}
        </>
      ) : null}
    </Page>
  );
}

function Webhooks({ timeZone }: { timeZone: string }) {
  const { status, provider, delivery: open } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(deliveriesQuery({ status, provider }));
  const show = (delivery: string | undefined) =>
    void navigate({ search: { status, provider, delivery }, replace: true, resetScroll: false });
  return (
    <Panel title="Webhooks" hint={newestFirst(query.data, 'delivery', 'deliveries')} aside={<Filters />}>
      <DeliveryRows
        query={query}
        loading="Loading deliveries"
        unreadable="We couldn’t load the deliveries"
        stillWorks="Webhooks are still received and processed; this page only shows them."
        none={
          <EmptyState icon={IconWebhook} title="No webhooks">
            <span>
              {status === undefined && provider === undefined
                ? 'You’ll see one here when a call ends or a text is delivered.'
                : 'Nothing matches these filters. We keep webhooks for 7 days.'}
            </span>
          </EmptyState>
        }
        row={(delivery) => <Row delivery={delivery} timeZone={timeZone} onOpen={() => show(delivery.id)} />}
      />
      <DeliveryDrawer id={open} timeZone={timeZone} onClose={() => show(undefined)} />
    </Panel>
  );
}

function Filters() {
  const { status, provider } = route.useSearch();
  const navigate = route.useNavigate();
  const common = { size: 'sm', clearable: true, className: classes.filter } as const;
  return (
    <div className={classes.filters}>
      <Select
        {...common}
        aria-label="Status"
        placeholder="Any status"
        data={statusOptions}
        value={status ?? null}
        onChange={(value) =>
          void navigate({
            search: { provider, status: (value ?? undefined) as typeof status },
            replace: true,
          })
        }
      />
      <Select
        {...common}
        aria-label="Sender"
        placeholder="Any sender"
        data={providerOptions}
        value={provider ?? null}
        onChange={(value) =>
          void navigate({
            search: { status, provider: (value ?? undefined) as typeof provider },
            replace: true,
          })
        }
      />
    </div>
  );
}

function Row({ delivery, timeZone, onOpen }: { delivery: Delivery; timeZone: string; onOpen: () => void }) {
  const { word, tone, busy } = statusView(delivery.status);
  return (
    <button type="button" className={classes.row} onClick={onOpen}>
      <span className={classes.what}>
        {whatCame(delivery)}
        <span className={classes.dim}>{formatMoment(delivery.received_at, timeZone)}</span>
      </span>
      <span className={classes.remark}>{delivery.error_message ?? remarks(delivery)}</span>
      <StatusTag tone={tone} busy={busy ?? false}>
        {word}
      </StatusTag>
      <IconChevronRight size={18} aria-hidden className={classes.chevron} />
    </button>
  );
}
