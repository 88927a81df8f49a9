import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { AccountSession } from '@voxanne/contract';
import { useState } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { ownTimeZone } from '../../lib/format/time-zones.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import classes from './account.module.css';
import { useEndOtherSessions } from './api/end-other-sessions.ts';
import { useEndSession } from './api/end-session.ts';
import { sessionsQuery } from './api/sessions.ts';
import { deviceOf } from './device-of.ts';

export function SessionsPanel() {
  const { data: sessions, error, refetch } = useQuery(sessionsQuery);
  return (
    <Panel title="Sessions" hint="Where you’re signed in. End one you don’t know, then change your password.">
      {sessions !== undefined ? (
        <Stack gap="md">
          <ul className={classes.list}>
            {sessions.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
          {sessions.length > 1 ? <EndOthers count={sessions.length - 1} /> : null}
        </Stack>
      ) : error === null ? (
        <LoadingRows rows={2} height={56} label="Loading your sessions" />
      ) : (
        <ErrorState title="We couldn’t load your sessions" error={error} onRetry={() => void refetch()} />
      )}
    </Panel>
  );
}

function SessionRow({ session }: { session: AccountSession }) {
  const device = deviceOf(session.user_agent);
  const since = formatMoment(session.created_at, ownTimeZone());
  const end = useEndSession({
    onSuccess: () => notifyDone('That session has ended.'),
    onError: (error) => notifyFailed('The session wasn’t ended', error),
  });
  return (
    <li className={classes.item}>
      <span className={classes.who}>
        <span className={classes.device}>{device}</span>
        <span className={classes.facts}>
          {[`since ${since}`, session.ip_address].filter(Boolean).join(' \u00b7 ')}
        </span>
      </span>
      {session.current ? (
        <StatusTag tone="ok">This one</StatusTag>
      ) : (
        <Button
          variant="default"
          loading={end.isPending}
          aria-label={`End the session on ${device} since ${since}`}
          onClick={() => end.mutate(session.id)}
        >
          End
        </Button>
      )}
    </li>
  );
}

function EndOthers({ count }: { count: number }) {
  const [asking, ask] = useState(false);
  const end = useEndOtherSessions({
    onSuccess() {
      ask(false);
      notifyDone('Your other sessions have ended.');
    },
  });
  return (
    <div>
      <Button variant="light" color="red" onClick={() => ask(true)}>
        End all other sessions
      </Button>
      <Confirm
        opened={asking}
        title={count === 1 ? 'End the other session?' : `End ${count} other sessions?`}
        confirm="End them"
        cancel="Keep"
        busy={end.isPending}
        onConfirm={() => end.mutate()}
        onCancel={() => {
          ask(false);
          end.reset();
        }}
      >
        They’re signed out within seconds, also on pages that are open. You stay signed in here.
        <FormError error={end.error} />
      </Confirm>
    </div>
  );
}
