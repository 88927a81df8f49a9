import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Page } from '../../lib/ui/page.tsx';
import { VapiPanel } from '../assistant/vapi-panel.tsx';
import { GooglePanel } from '../calendar/google-panel.tsx';
import { TwilioPanel } from '../messaging/twilio-panel.tsx';
import { OrganizationPanel } from './organization-panel.tsx';
import { RulesPanel } from './rules-panel.tsx';
import { SettingsNav } from './settings-nav.tsx';
import { modeQuery } from './tenancy.api.ts';

export function SettingsPage() {
  const version = useQuery(modeQuery).data?.version;
  return (
    <Page
      title="Settings"
      hint={
        version === undefined
          ? 'Your clinic and what it is linked to.'
          : `Your clinic and what it is linked to. Voxanne ${version}.`
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
