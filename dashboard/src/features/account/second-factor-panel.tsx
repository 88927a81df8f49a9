import { Button, Group, Stack } from '@mantine/core';
import type { Account } from '@voxanne/contract';
import { useState } from 'react';
import { notifyDone } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { useMakeRecoveryCodes } from './api/make-recovery-codes.ts';
import { useTurnOffSecondFactor } from './api/turn-off-second-factor.ts';
import { PasswordForm } from './password-form.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetUpSecondFactor } from './set-up-second-factor.tsx';

type Doing = 'setting up' | 'new codes' | 'turning off';

export function SecondFactorPanel({ account }: { account: Account }) {
  const [doing, begin] = useState<Doing | null>(null);
  const stop = () => begin(null);
  return (
    <Panel
      title="Two-step sign-in"
      hint="Your password, then a code from your phone: a stolen password isn’t enough."
      aside={
        <StatusTag tone={account.second_factor ? 'ok' : 'idle'}>
          {account.second_factor ? 'On' : 'Off'}
        </StatusTag>
      }
    >
      {doing === 'setting up' ? (
        <SetUpSecondFactor
          onDone={() => {
            stop();
            notifyDone('Two-step sign-in is on.');
          }}
          onCancel={stop}
        />
      ) : doing === 'new codes' ? (
        <NewCodes onDone={stop} />
      ) : doing === 'turning off' ? (
        <TurnOff onDone={stop} />
      ) : account.second_factor ? (
        <Stack gap="md">
          <div>
            {account.recovery_codes_left === 1
              ? '1 recovery code is left.'
              : `${account.recovery_codes_left} recovery codes are left.`}
          </div>
          <Group gap="sm">
            <Button variant="default" onClick={() => begin('new codes')}>
              Make new recovery codes
            </Button>
            <Button variant="light" color="red" onClick={() => begin('turning off')}>
              Turn off
            </Button>
          </Group>
        </Stack>
      ) : (
        <Button onClick={() => begin('setting up')}>Set up two-step sign-in</Button>
      )}
    </Panel>
  );
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const [codes, show] = useState<readonly string[] | null>(null);
  const make = useMakeRecoveryCodes();
  if (codes !== null) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return (
    <Stack gap="md">
      <div>The codes you have now stop working.</div>
      <PasswordForm
        mutation={make}
        button="Make new codes"
        onSaved={(made) => show(made.recovery_codes)}
        onCancel={onDone}
      />
    </Stack>
  );
}

function TurnOff({ onDone }: { onDone: () => void }) {
  return (
    <Stack gap="md">
      <div>Your password alone will sign you in again. Your recovery codes are deleted.</div>
      <PasswordForm
        mutation={useTurnOffSecondFactor()}
        button="Turn off"
        tone="red"
        onSaved={() => {
          onDone();
          notifyDone('Two-step sign-in is off.');
        }}
        onCancel={onDone}
      />
    </Stack>
  );
}
