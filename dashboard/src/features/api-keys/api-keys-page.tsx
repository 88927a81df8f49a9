import { Button, Drawer, Stack } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Me, NewApiKey } from '@voxanne/contract';
import { useState } from 'react';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { meQuery } from '../identity/api/me.ts';
import { WithRight } from '../identity/with-right.tsx';
import { ClinicLimitPanel } from '../organizations/clinic-limit-panel.tsx';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { apiKeysQuery } from './api/api-keys.ts';
import { ApiKeyRow } from './api-key-row.tsx';
import classes from './api-keys.module.css';
import { NewKeyForm } from './new-key-form.tsx';
import { ShownKey } from './shown-key.tsx';

export function ApiKeysPage() {
  const me = useQuery(meQuery).data;
  return (
    <Page title="API keys" hint="For programs that work with this clinic, such as your website." narrow>
      <SettingsNav />
      {me === undefined ? (
        <LoadingRows rows={2} height={56} label="Loading your account" />
      ) : (
        <WithRight
          right="api_keys.manage"
          otherwise={
            <p>Only an owner or admin of the clinic can see and create API keys. Ask one of them.</p>
          }
        >
          <Stack gap="md">
            <KeysPanel me={me} />
            <ClinicLimitPanel />
          </Stack>
        </WithRight>
      )}
    </Page>
  );
}

function KeysPanel({ me }: { me: Me }) {
  const { data: keys, error, refetch } = useQuery(apiKeysQuery);
  const [isMaking, make] = useState(false);
  const [made, show] = useState<NewApiKey | null>(null);
  return (
    <Panel
      title="Keys"
      hint="A key belongs to the clinic: it keeps working when the person who created it leaves."
      aside={
        <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => make(true)}>
          New key
        </Button>
      }
    >
      <Stack gap="md">
        {made === null ? null : <ShownKey made={made} onHide={() => show(null)} />}
        {keys === undefined ? (
          error === null ? (
            <LoadingRows rows={2} height={56} label="Loading the API keys" />
          ) : (
            <ErrorState title="We couldn’t load the API keys" error={error} onRetry={() => void refetch()} />
          )
        ) : keys.length === 0 ? (
          <EmptyState icon={IconKey} title="No API keys yet">
            <span>Create one for each program, so that you can end one without the others.</span>
          </EmptyState>
        ) : (
          <ul className={classes.list} aria-label="API keys">
            {keys.map((key) => (
              <ApiKeyRow
                key={key.id}
                me={me}
                apiKey={key}
                onMade={show}
                onGone={(id) => made?.id === id && show(null)}
              />
            ))}
          </ul>
        )}
      </Stack>
      <Drawer opened={isMaking} onClose={() => make(false)} size="32rem" title="New API key">
        {isMaking ? (
          <NewKeyForm
            me={me}
            onMade={(key) => {
              make(false);
              show(key);
            }}
          />
        ) : null}
      </Drawer>
    </Panel>
  );
}
