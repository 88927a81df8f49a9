import { Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { organizationQuery } from '../organizations/api/organization.ts';
import { useSetSecondFactorRule } from './api/set-second-factor-rule.ts';

/** What the clinic asks of everyone's sign-in: the owner's decision. */
export function RulePanel() {
  const { data, error, refetch } = useQuery(organizationQuery);
  return (
    <Panel title="For everyone in the clinic">
      {data !== undefined ? (
        <Rule required={data.require_second_factor} />
      ) : error === null ? (
        <LoadingRows rows={1} height={56} label="Loading the clinic" />
      ) : (
        <ErrorState title="We couldn’t load your clinic" error={error} onRetry={() => void refetch()} />
      )}
    </Panel>
  );
}

function Rule({ required }: { required: boolean }) {
  const [asking, ask] = useState(false);
  const set = useSetSecondFactorRule({
    onSuccess(saved) {
      ask(false);
      notifyDone(
        saved.require_second_factor
          ? 'Everyone in the clinic needs two-step sign-in now.'
          : 'Two-step sign-in is optional again.',
      );
    },
  });
  return (
    <Stack gap="sm">
      <Switch
        label="Require two-step sign-in"
        description="Members without it get only the page to set it up. API keys keep working."
        checked={required}
        disabled={set.isPending}
        onChange={({ currentTarget }) => (currentTarget.checked ? ask(true) : set.mutate(false))}
      />
      {asking ? null : <FormError error={set.error} />}
      <Confirm
        opened={asking}
        title="Require two-step sign-in?"
        confirm="Require it"
        tone="brand"
        cancel="Not now"
        busy={set.isPending}
        onConfirm={() => set.mutate(true)}
        onCancel={() => {
          ask(false);
          set.reset();
        }}
      >
        Members who haven’t set it up are stopped within seconds, wherever they are in Voxanne, until they
        have. Tell them first.
        <FormError error={set.error} />
      </Confirm>
    </Stack>
  );
}
