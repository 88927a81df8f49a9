import { Button, Code, Group, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import type { HealthIntegrations } from '@voxanne/contract';
import { Fragment } from 'react';
import { capitalized, formatTime } from '../../lib/format/format.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { meQuery } from '../identity/api/me.ts';
import { ActionButton } from './action-button.tsx';
import { healthQuery } from './api/health.ts';
import { BreakerList } from './breaker-list.tsx';
import classes from './health-page.module.css';
import { adviceOf, healthView, integrationView } from './health-view.ts';

export function HealthPage() {
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const { data, error, refetch } = useQuery(healthQuery);
  const queryClient = useQueryClient();
  const busy = useIsFetching({ queryKey: ['health'] }) > 0;
  return (
    <Page
      title="Health"
      hint="Can the receptionist answer calls, update the calendar and text patients?"
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
            title="We couldn’t check the system’s status"
            error={error}
            stillWorks="Calls aren’t affected."
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
          const { word, tone } = integrationView(item);
          return (
            <li key={item.name} className={classes.card}>
              <div className={classes.cardHead}>
                <Title order={3}>{item.name}</Title>
                <StatusTag tone={tone}>{word}</StatusTag>
              </div>
              <p className={classes.message}>{capitalized(item.message)}</p>
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
        {adviceOf(health).map(({ text, actions }) => (
          <li key={text} className={classes.item}>
            <span>{text}</span>
            {actions.map((action) => (
              <Fragment key={JSON.stringify([action.id, action.body])}>
                {action.evidence.map((line) => (
                  <p key={line} className={classes.dim}>
                    {line}
                  </p>
                ))}
                <Group gap="sm">
                  <ActionButton action={action} />
                  {action.cli === null ? null : <Code>{action.cli}</Code>}
                </Group>
              </Fragment>
            ))}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
