import { Anchor, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { asApiError } from '../../lib/api/api-error.ts';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { ActionButton } from './action-button.tsx';
import { healthQuery } from './api/health.ts';
import classes from './health-strip.module.css';
import { healthSentence, healthView } from './health-view.ts';

export function HealthStrip() {
  const { data, error } = useQuery(healthQuery);
  if (data === undefined && error === null) return <Skeleton height={52} radius="lg" />;
  const view = data === undefined ? { word: 'Unknown', tone: 'warn' as const } : healthView(data.status);
  return (
    <section className={classes.strip} aria-label="Health summary">
      <StatusTag tone={view.tone}>{view.word}</StatusTag>
      <p className={classes.sentence}>
        {data === undefined ? asApiError(error).message : healthSentence(data)}
      </p>
      {data?.actions.map((action) => (
        <ActionButton key={JSON.stringify([action.id, action.body])} action={action} />
      ))}
      <Anchor component={Link} to="/health" underline="always">
        Open Health
      </Anchor>
    </section>
  );
}
