import { Button, Code, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import type { HealthIntegrations } from '@voxanne/contract';
import { formatTime } from '../../lib/format/format.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { meQuery } from '../identity/identity.api.ts';
import { BreakerList } from './breaker-list.tsx';
import { healthQuery } from './health.api.ts';
import classes from './health-page.module.css';
import { healthView, withoutSymbol } from './health-view.ts';

export function HealthPage() {
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const { data, error, refetch } = useQuery(healthQuery);
  const queryClient = useQueryClient();
  const busy = useIsFetching({ queryKey: ['health'] }) > 0;
  return (
    <Page
      title="Health"
      hint="Can the receptionist answer, write the calendar and text the patient?"
      actions={
        <Button
          variant="default"
          leftSection={<IconRefresh size={18} aria-hidden />}
          loading={busy}
          onClick={() => void queryClient.invalidateQueries({ queryKey: ['health'] })}
        >
          Refresh
        </Button>
      }
    >
      <div className={classes.page}>
        {error !== null ? (
          <ErrorState
            title="The health could not be read"
            error={error}
            stillWorks="This says nothing about calls: they are answered by another path."
            onRetry={() => void refetch()}
          />
        ) : data === undefined ? (
          <LoadingRows rows={3} height={88} label="Checking" />
        ) : (
          <>
            <Overview health={data} timeZone={timeZone} />
            <Advice health={data} />
          </>
        )}
        <BreakerList timeZone={timeZone} />
      </div>
    </Page>
  );
}

function Overview({ health, timeZone }: { health: HealthIntegrations; timeZone: string }) {
  const overall = healthView(health.status);
  return (
    <Panel
      title="Integrations"
      hint={`Checked at ${formatTime(health.timestamp, timeZone)} in ${Math.round(health.elapsedMs)} ms`}
      aside={<StatusTag tone={overall.tone}>{overall.word}</StatusTag>}
    >
      <ul className={classes.cards}>
        {health.integrations.map((item) => {
          const { word, tone } = healthView(item.status);
          return (
            <li key={item.name} className={classes.card}>
              <div className={classes.cardHead}>
                <Title order={3}>{item.name}</Title>
                <StatusTag tone={tone}>{word}</StatusTag>
              </div>
              <p className={classes.message}>{item.message}</p>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Advice({ health }: { health: HealthIntegrations }) {
  return (
    <Panel title="What to do">
      <ul className={classes.advice}>
        {health.recommendations.map((sentence) => (
          <li key={sentence}>{withoutSymbol(sentence)}</li>
        ))}
        {health.actions.map((action) => (
          <li key={action.id}>
            <strong>{action.problem}</strong>
            {action.evidence.map((line) => (
              <p key={line} className={classes.dim}>
                {line}
              </p>
            ))}
            {action.cli === null ? null : <Code>{action.cli}</Code>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
