import { Code, Drawer, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DeliveryDetail } from '@voxanne/contract';
import type { ReactNode } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { deliveryQuery } from './api/delivery.ts';
import classes from './delivery-drawer.module.css';
import { outcomeView, statusView, whatCame } from './delivery-view.ts';
import { ReplayOne } from './replay-one.tsx';

interface Props {
  id: string | undefined;
  timeZone: string;
  onClose: () => void;
}

export function DeliveryDrawer({ id, timeZone, onClose }: Props) {
  return (
    <Drawer opened={id !== undefined} onClose={onClose} size="38rem" title="Delivery">
      {id === undefined ? null : <Loaded key={id} id={id} timeZone={timeZone} />}
    </Drawer>
  );
}

function Loaded({ id, timeZone }: { id: string; timeZone: string }) {
  const { data, error, refetch } = useQuery(deliveryQuery(id));
  if (data !== undefined) return <Detail delivery={data} timeZone={timeZone} />;
  return error === null ? (
    <LoadingRows rows={4} height={64} label="Loading the delivery" />
  ) : (
    <ErrorState title="We couldn’t load the delivery" error={error} onRetry={() => void refetch()} />
  );
}

function Detail({ delivery, timeZone }: { delivery: DeliveryDetail; timeZone: string }) {
  const { word, tone, busy } = statusView(delivery.status);
  const moment = (instant: string) => formatMoment(instant, timeZone);
  return (
    <div className={classes.detail}>
      <div className={classes.top}>
        <div>
          <p className={classes.what}>{whatCame(delivery)}</p>
          <p className={classes.dim}>Received {moment(delivery.received_at)}</p>
        </div>
        <StatusTag tone={tone} busy={busy ?? false}>
          {word}
        </StatusTag>
      </div>
      {delivery.error_message === null ? null : <p className={classes.error}>{delivery.error_message}</p>}
      {delivery.next_attempt_at === null ? null : (
        <p className={classes.line}>
          {delivery.waits_for_another
            ? 'Waiting for an earlier one about the same call, text or calendar.'
            : `Next attempt ${moment(delivery.next_attempt_at)}.`}
        </p>
      )}
      <ReplayOne delivery={delivery} />
      <Section title="Checks">
        <dl className={classes.facts}>
          <dt>Signature</dt>
          <dd>{delivery.signature.explanation}</dd>
          <dt>Duplicates</dt>
          <dd>{delivery.dedupe.explanation}</dd>
        </dl>
      </Section>
      <Section title="Attempts">
        <Attempts delivery={delivery} moment={moment} />
      </Section>
      {delivery.response === null ? null : (
        <Section title="Response">
          <Json value={delivery.response} label="Response" />
        </Section>
      )}
      <Section title="Payload" hint="We removed the provider’s secrets before storing it.">
        <Json value={delivery.payload} label="Payload" />
      </Section>
      <Section title="Headers" hint="Anything that might be a secret is masked.">
        <dl className={classes.facts}>
          {Object.entries(delivery.headers).map(([name, value]) => (
            <div key={name} className={classes.header}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {Object.keys(delivery.headers).length === 0 ? (
          <p className={classes.line}>No headers were kept.</p>
        ) : null}
      </Section>
      <p className={classes.dim}>
        Event <Code>{delivery.event_id}</Code>
        {delivery.request_id === null ? null : (
          <>
            {' '}
            request <Code>{delivery.request_id}</Code>
          </>
        )}
      </p>
    </div>
  );
}

function Attempts({ delivery, moment }: { delivery: DeliveryDetail; moment: (at: string) => string }) {
  if (delivery.timeline.length === 0) return <p className={classes.line}>No attempts yet.</p>;
  return (
    <ol className={classes.attempts}>
      {delivery.timeline.map((span, index) => {
        const { word, tone } = outcomeView(span.outcome);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a replay counts its attempts from 1 again
          <li key={`${span.started_at}-${index}`}>
            <StatusTag tone={tone} plain>
              {word}
            </StatusTag>
            <span className={classes.dim}>
              Attempt {span.attempt}
              {span.started_at === null ? '' : `, ${moment(span.started_at)}`}, {span.ms} ms, {span.worker}
            </span>
            {span.error === null ? null : <p className={classes.error}>{span.error}</p>}
          </li>
        );
      })}
    </ol>
  );
}

function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section>
      <Title order={3} className={classes.title}>
        {title}
      </Title>
      {hint === undefined ? null : <p className={classes.dim}>{hint}</p>}
      {children}
    </section>
  );
}

function Json({ value, label }: { value: unknown; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.json} tabIndex={0} aria-label={label}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </section>
  );
}
