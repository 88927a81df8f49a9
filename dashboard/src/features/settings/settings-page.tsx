import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Page } from '../../lib/ui/page.tsx';
import { VapiPanel } from '../assistant/vapi-panel.tsx';
import { GooglePanel } from '../connections/google-panel.tsx';
import { modeQuery } from '../identity/api/mode.ts';
import { TwilioPanel } from '../messaging/twilio-panel.tsx';
import { RulesPanel } from '../organizations/booking-rules-panel.tsx';
import { OrganizationPanel } from '../organizations/organization-panel.tsx';
import { SettingsNav } from '../organizations/settings-nav.tsx';

export function SettingsPage() {
  const version = useQuery(modeQuery).data?.version;
  return (
    <Page
      title="Settings"
      hint={
        version === undefined
          ? 'Your clinic and its connections.'
          : `Your clinic and its connections. Voxanne ${version}.`
      }
      narrow
    >
      <SettingsNav />
      <Stack gap="md">
        <OrganizationPanel />
        <RulesPanel />
        <GooglePanel />
        <VapiPanel />
        <TwilioPanel />
      </Stack>
    </Page>
  );
}
