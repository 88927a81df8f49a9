import { Alert, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Page } from '../../lib/ui/page.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { modeQuery } from '../identity/api/mode.ts';
import { WithRight } from '../identity/with-right.tsx';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { accountQuery } from './api/account.ts';
import { EmailPanel } from './email-panel.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { RulePanel } from './rule-panel.tsx';
import { SecondFactorPanel } from './second-factor-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

export function SecurityPage() {
  const mode = useQuery(modeQuery).data;
  return (
    <Page title="Security" hint="Your own account, and how people sign in to the clinic." narrow>
      <SettingsNav />
      <Stack gap="md">
        {mode?.accounts.kept_by === 'supabase' ? (
          <Alert color="brand" title="Supabase keeps the accounts">
            Change your password, your email address and your second factor where you sign in. This Voxanne
            only checks the sign-ins of your Supabase project.
          </Alert>
        ) : mode === undefined ? null : (
          <OwnAccount sendsEmail={mode.accounts.sends_email} />
        )}
        <WithRight right="security.manage">
          <RulePanel />
        </WithRight>
      </Stack>
    </Page>
  );
}

function OwnAccount({ sendsEmail }: { sendsEmail: boolean }) {
  const { data: account, error, refetch } = useQuery(accountQuery);
  if (error !== null)
    return <ErrorState title="We couldn’t load your account" error={error} onRetry={() => void refetch()} />;
  if (account === undefined) return <LoadingRows rows={4} height={72} label="Loading your account" />;
  return (
    <>
      <SecondFactorPanel account={account} />
      <EmailPanel account={account} sendsEmail={sendsEmail} />
      <PasswordPanel />
      <SessionsPanel />
    </>
  );
}
