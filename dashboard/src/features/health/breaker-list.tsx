import { useQuery } from '@tanstack/react-query';
import { formatTime, plural } from '../../lib/format/format.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { breakersQuery } from './api/breakers.ts';
import classes from './health-page.module.css';
import { breakerName, breakerView } from './health-view.ts';

export function BreakerList({ timeZone }: { timeZone: string }) {
  const { data, error, refetch } = useQuery(breakersQuery);
  return (
    <Panel
      title="Circuit breakers"
      hint="After three failures in a row, we give a service a short break. Work waits in the queue, so nothing is lost."
    >
      {error !== null ? (
        <ErrorState
          title="We couldn’t load the circuit breakers"
          error={error}
          onRetry={() => void refetch()}
        />
      ) : data === undefined ? (
        <LoadingRows rows={3} height={36} label="Loading circuit breakers" />
      ) : data.data.length === 0 ? (
        <p className={classes.dim}>All circuit breakers are closed. None have tripped yet.</p>
      ) : (
        <ul className={classes.breakers}>
          {data.data.map((breaker) => {
            const { word, tone } = breakerView(breaker.state);
            return (
              <li key={breaker.name} className={classes.breaker}>
                <span className={classes.breakerName}>{breakerName(breaker.name)}</span>
                <span className={classes.dim}>
                  {breaker.failures === 0 ? null : plural(breaker.failures, 'failure')}
                  {breaker.next_attempt_at === null
                    ? null
                    : `, next try ${formatTime(breaker.next_attempt_at, timeZone)}`}
                </span>
                <StatusTag tone={tone}>{word}</StatusTag>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
