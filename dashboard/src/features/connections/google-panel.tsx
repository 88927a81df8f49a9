import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { WithRight } from '../identity/with-right.tsx';
import { organizationQuery } from '../organizations/api/organization.ts';
import { integrationsQuery } from './api/integrations.ts';
import { useTestGoogle } from './api/test-google.ts';
import { useUnlinkGoogle } from './api/unlink-google.ts';
import { CalendarChoice } from './calendar-choice.tsx';
import { connectionView, isLinked, needsLinking } from './connection-view.ts';
import { LinkGoogleButton, WhatWeTouch } from './link-google.tsx';

const NOT_USED: ReturnType<typeof connectionView> = { word: 'Not used', tone: 'idle' };

export function GooglePanel() {
  const { data, error, refetch } = useQuery(integrationsQuery);
  const organization = useQuery(organizationQuery).data;
  const google = data?.data.find((item) => item.provider === 'google');
  if (google === undefined) {
    return (
      <Panel title="Google Calendar">
        {error === null ? (
          <LoadingRows rows={2} height={36} label="Loading the calendar link" />
        ) : (
          <ErrorState
            title="We couldn’t load the calendar link"
            error={error}
            stillWorks="Bookings are saved here and added to the calendar later."
            onRetry={() => void refetch()}
          />
        )}
      </Panel>
    );
  }
  const isUsed = google.status !== 'not_linked' || organization?.uses_google_calendar !== false;
  const { word, tone, busy } = isUsed ? connectionView(google.status) : NOT_USED;
  return (
    <Panel
      title="Google Calendar"
      hint={
        !isUsed
          ? 'You said you don’t use it, so appointments stay in Voxanne.'
          : google.account === null
            ? google.message
            : `${google.account}. ${google.message}`
      }
      aside={
        <StatusTag tone={tone} busy={busy ?? false}>
          {word}
        </StatusTag>
      }
    >
      {google.status === 'not_linked' ? <WhatWeTouch /> : null}
      <Group mt={google.status === 'not_linked' ? 'md' : 0}>
        {needsLinking(google.status) ? (
          <LinkGoogleButton label={isLinked(google.status) ? 'Link again' : 'Link Google Calendar'} />
        ) : null}
        {isLinked(google.status) ? <LinkedActions /> : null}
        {google.status === 'not_linked' && organization !== undefined ? (
          <CalendarChoice uses={isUsed} />
        ) : null}
      </Group>
    </Panel>
  );
}

function LinkedActions() {
  const [asking, ask] = useDisclosure(false);
  const test = useTestGoogle();
  const unlink = useUnlinkGoogle({
    onSuccess() {
      ask.close();
      notifyDone('Unlinked Google Calendar.');
    },
  });
  return (
    <>
      <WithRight right="connections.test">
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          Test the link
        </Button>
      </WithRight>
      <WithRight right="connections.manage">
        <Button variant="light" color="red" onClick={ask.open}>
          Unlink
        </Button>
      </WithRight>
      <div role="status">
        {test.data === undefined ? null : (
          <StatusTag tone={test.data.ok ? 'ok' : 'bad'} plain>
            {test.data.message} ({Math.round(test.data.elapsed_ms)} ms)
          </StatusTag>
        )}
      </div>
      <FormError error={test.error} />
      <Confirm
        opened={asking}
        title="Unlink Google Calendar?"
        confirm="Unlink"
        cancel="Keep linked"
        busy={unlink.isPending}
        onConfirm={() => unlink.mutate()}
        onCancel={ask.close}
      >
        New appointments stay in Voxanne and aren’t added to your Google Calendar anymore. Events already
        there stay. You can link it again at any time.
        <FormError error={unlink.error} />
      </Confirm>
    </>
  );
}
