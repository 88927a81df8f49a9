import { Button, Group, TextInput } from '@mantine/core';
import type { Onboarding } from '@voxanne/contract';
import { type FormEvent, useState } from 'react';
import { asApiError } from '../../lib/api/api-error.ts';
import { formatPhone } from '../../lib/format/format.ts';
import type { ToneName } from '../../lib/theme/colors.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { useUnsaved } from '../../lib/ui/unsaved.tsx';
import { useChangeOrganization } from '../organizations/api/change-organization.ts';

type Ready = Onboarding['system_ready'];

const views: Record<Ready['status'], { word: string; tone: ToneName; busy?: boolean }> = {
  waiting_for_calendar: { word: 'Waiting for the calendar', tone: 'idle' },
  waiting_for_phone: { word: 'Waiting for your phone number', tone: 'warn' },
  sending: { word: 'Sending', tone: 'info', busy: true },
  delivered: { word: 'Delivered', tone: 'ok' },
  failed: { word: 'Failed', tone: 'bad' },
};

function PhoneForm() {
  const [phone, setPhone] = useState('');
  useUnsaved(phone !== '');
  const save = useChangeOrganization();
  const error = save.error === null ? null : asApiError(save.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ phone });
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-start" gap="sm">
        <TextInput
          label="Your phone"
          type="tel"
          autoComplete="tel"
          placeholder="+1 415 555 0100"
          required
          value={phone}
          onChange={(event) => setPhone(event.currentTarget.value)}
          error={error?.message}
          style={{ flex: '1 1 12rem' }}
        />
        <Button type="submit" variant="default" loading={save.isPending} mt={26}>
          Save phone
        </Button>
      </Group>
    </form>
  );
}

/** The one text that goes to the owner, not to a patient. */
export function ReadyText({ ready }: { ready: Ready }) {
  const { word, tone, busy } = views[ready.status];
  const to = ready.to === null ? '' : ` To ${formatPhone(ready.to)}.`;
  return (
    <Panel
      title="System ready text"
      hint={`${ready.detail}${to}`}
      aside={
        <StatusTag tone={tone} busy={busy ?? false}>
          {word}
        </StatusTag>
      }
    >
      {ready.status === 'waiting_for_phone' ? <PhoneForm /> : null}
    </Panel>
  );
}
