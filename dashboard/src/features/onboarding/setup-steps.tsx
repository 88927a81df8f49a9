import { Alert, Anchor, Group } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { spellTimeZone } from '../../lib/format/format.ts';
import { vapiQuery } from '../assistant/api/vapi.ts';
import { CallPanel } from '../assistant/call-panel.tsx';
import { defaultCaller } from '../assistant/call-view.ts';
import { ReceptionistFacts } from '../assistant/receptionist-facts.tsx';
import { CalendarChoice } from '../connections/calendar-choice.tsx';
import { googleReturn } from '../connections/google-return.ts';
import { LinkGoogleButton, WhatWeTouch } from '../connections/link-google.tsx';
import { meQuery } from '../identity/api/me.ts';
import { modeQuery } from '../identity/api/mode.ts';
import { useRight } from '../identity/use-right.ts';
import { WithRight } from '../identity/with-right.tsx';
import { PatientPhone } from '../messaging/patient-phone.tsx';
import classes from './setup-page.module.css';
import { expectingText, type StepView } from './setup-view.ts';
import { StepCard } from './step-card.tsx';

const route = getRouteApi('/app/setup');

export function SetupSteps({ steps }: { steps: StepView[] }) {
  const sandbox = useQuery(modeQuery).data?.mode !== 'live';
  const organization = useQuery(meQuery).data?.organization;
  const { call, caller, google, reason } = route.useSearch();
  const navigate = route.useNavigate();
  const timeZone = organization?.time_zone ?? 'UTC';

  const body: Record<StepView['id'], (step: StepView) => React.ReactNode> = {
    account: () =>
      organization === undefined ? null : (
        <p className={classes.note}>
          {organization.name}, {spellTimeZone(timeZone)}
        </p>
      ),
    calendar: (step) => <CalendarStep step={step} google={google} reason={reason} />,
    receptionist: (step) =>
      step.status === 'done' ? (
        <ReceptionistFacts />
      ) : (
        <Note step={step} otherwise="You don’t need to do anything here." />
      ),
    booking: (step) =>
      sandbox ? (
        <WithRight right="appointments.book">
          <CallPanel
            callId={call}
            caller={caller}
            prominent={step.status === 'current'}
            onStarted={(started) =>
              void navigate({
                search: {
                  call: started.id,
                  ...(started.caller === defaultCaller.from ? {} : { caller: started.caller }),
                },
                replace: true,
                resetScroll: false,
              })
            }
          />
        </WithRight>
      ) : (
        <NumberToCall />
      ),
    text: () => (
      <>
        {sandbox ? null : (
          <p className={classes.note}>The confirmation goes to the phone that made the call.</p>
        )}
        <PatientPhone
          number={caller ?? defaultCaller.from}
          clinic={organization?.name ?? ''}
          timeZone={timeZone}
          sandbox={sandbox}
          expecting={expectingText(steps, Date.now())}
        />
      </>
    ),
  };

  return (
    <ol className={classes.steps} aria-label="Setup steps">
      {steps.map((step) => (
        <StepCard key={step.id} step={step}>
          {body[step.id](step)}
          {step.status === 'failed' && step.detail !== null ? (
            <Alert color="red" icon={<IconAlertTriangle aria-hidden />}>
              {step.detail}
            </Alert>
          ) : null}
        </StepCard>
      ))}
    </ol>
  );
}

const Note = ({ step, otherwise }: { step: StepView; otherwise: string }) => (
  <p className={classes.note}>{step.detail ?? otherwise}</p>
);

function CalendarStep({
  step,
  google,
  reason,
}: {
  step: StepView;
  google?: string | undefined;
  reason?: string | undefined;
}) {
  const back = googleReturn(google);
  const refused = back !== null && !back.ok && step.status !== 'done';
  if (step.skipped) {
    return (
      <p className={classes.note}>
        Your appointments stay in Voxanne. You can link a calendar at any time in{' '}
        <Anchor renderRoot={(props) => <Link {...props} to="/settings" />} underline="always">
          Settings
        </Anchor>
        .
      </p>
    );
  }
  if (step.status === 'done') {
    return (
      <p className={classes.note}>
        <IconCircleCheck size={16} aria-hidden style={{ verticalAlign: '-3px' }} />{' '}
        {step.detail === null ? 'Linked.' : `Linked: ${step.detail}.`} New appointments are added to it within
        seconds.
      </p>
    );
  }
  return (
    <>
      {refused ? (
        <Alert color="red" role="alert" icon={<IconAlertTriangle aria-hidden />}>
          {back.text}
          {google === 'failed' && reason !== undefined ? ` (${reason})` : null}
        </Alert>
      ) : null}
      <WhatWeTouch />
      <Group gap="sm">
        <LinkGoogleButton prominent={step.status === 'current' || step.status === 'failed'} />
        {step.status === 'failed' ? null : <CalendarChoice uses={true} />}
      </Group>
    </>
  );
}

function NumberToCall() {
  const { data } = useQuery({ ...vapiQuery, enabled: useRight('receptionist.manage') });
  return (
    <p className={classes.note}>
      {data?.phone_number == null
        ? 'Give the assistant a phone number in Vapi, then call it and ask for an appointment.'
        : `Call ${data.phone_number} and ask for an appointment. This page follows along.`}
    </p>
  );
}
