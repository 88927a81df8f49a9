import { useQuery } from '@tanstack/react-query';
import type { Onboarding } from '@voxanne/contract';
import { Page } from '../../lib/ui/page.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { modeQuery } from '../identity/api/mode.ts';
import { Announcer } from './announcer.tsx';
import { onboardingQuery } from './api/onboarding.ts';
import { ClockCard } from './clock-card.tsx';
import { FinishCard } from './finish-card.tsx';
import { ReadyText } from './ready-text.tsx';
import classes from './setup-page.module.css';
import { SetupSteps } from './setup-steps.tsx';
import { pollInterval, setupSteps } from './setup-view.ts';
import { useSetupClock } from './use-setup-clock.ts';

export function SetupPage() {
  const { data, dataUpdatedAt, error, refetch } = useQuery({
    ...onboardingQuery,
    refetchInterval: ({ state }) => pollInterval(state.data),
  });
  return (
    <Page
      title="Setup"
      hint="Five steps to a receptionist that books appointments, updates your calendar and texts patients."
    >
      {data !== undefined ? (
        <RunningSetup onboarding={data} receivedAt={dataUpdatedAt} />
      ) : error === null ? (
        <LoadingRows rows={4} height={120} label="Loading setup" />
      ) : (
        <ErrorState
          title="We couldn’t load your setup"
          error={error}
          stillWorks="Nothing is lost: every step is saved on the server."
          onRetry={() => void refetch()}
        />
      )}
    </Page>
  );
}

function RunningSetup({ onboarding, receivedAt }: { onboarding: Onboarding; receivedAt: number }) {
  const seconds = useSetupClock(onboarding, receivedAt);
  const steps = setupSteps(onboarding);
  const sandbox = useQuery(modeQuery).data?.mode === 'sandbox';
  const done = onboarding.completed_at !== null;

  return (
    <>
      <div className={classes.top}>
        <ClockCard onboarding={onboarding} steps={steps} seconds={seconds} />
        {done ? <FinishCard seconds={seconds} sandbox={sandbox} /> : null}
        <Announcer steps={steps} seconds={seconds} running={!done} />
      </div>
      <div className={classes.layout}>
        <SetupSteps steps={steps} />
        <div className={classes.after}>
          <ReadyText ready={onboarding.system_ready} />
        </div>
      </div>
    </>
  );
}
