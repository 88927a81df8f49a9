import { Button, Code, Skeleton, Stack } from '@mantine/core';
import { type Icon, IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { asApiError } from '../api/api-error.ts';
import classes from './states.module.css';

export function EmptyState({
  icon: Glyph,
  title,
  children,
}: {
  icon: Icon;
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      <span className={classes.emptyIcon}>
        <Glyph size={24} stroke={1.75} aria-hidden />
      </span>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

interface ErrorProps {
  title: string;
  error: unknown;
  /** What is not affected by this failure. */
  stillWorks?: string;
  onRetry?: () => void;
}

export function ErrorState({ title, error, stillWorks, onRetry }: ErrorProps) {
  const problem = asApiError(error);
  return (
    <div className={classes.error} role="alert">
      <p className={classes.errorTitle}>
        <IconAlertTriangle size={20} aria-hidden />
        {title}
      </p>
      <p className={classes.line}>{problem.message}</p>
      {stillWorks === undefined ? null : <p className={classes.line}>{stillWorks}</p>}
      {problem.requestId === null ? null : (
        <p className={classes.small}>
          Request <Code>{problem.requestId}</Code>
        </p>
      )}
      {onRetry === undefined ? null : (
        <Button
          size="sm"
          variant="default"
          mt={6}
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={onRetry}
        >
          Retry
        </Button>
      )}
    </div>
  );
}

export function LoadingRows({
  rows = 3,
  height = 56,
  label,
}: {
  rows?: number;
  height?: number;
  label: string;
}) {
  return (
    <Stack gap="sm" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={row} height={height} />
      ))}
    </Stack>
  );
}
