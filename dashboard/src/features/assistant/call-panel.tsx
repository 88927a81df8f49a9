import { Button, Select, TextInput } from '@mantine/core';
import { IconPhoneCall } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { compactPhone, formatPhone } from '../../lib/format/format.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { ErrorState } from '../../lib/ui/states.tsx';
import { servicesQuery } from '../schedule/api/services.ts';
import { callQuery } from './api/call.ts';
import { useStartCall } from './api/start-call.ts';
import classes from './call-panel.module.css';
import { callState, defaultCaller } from './call-view.ts';
import { Transcript } from './transcript.tsx';

/** So that a button elsewhere on the page can send this form. */
export const CALL_FORM = 'call-form';

interface Props {
  callId: string | undefined;
  caller: string | undefined;
  prominent: boolean;
  onStarted: (call: { id: string; caller: string }) => void;
}

/** Plays a phone call against the same endpoints, with the same signature, as a real one. */
export function CallPanel({ callId, caller, prominent, onStarted }: Props) {
  const [from, setFrom] = useState(formatPhone(caller ?? defaultCaller.from));
  const [name, setName] = useState(defaultCaller.name);
  const [service, setService] = useState<string | null>(null);
  const services = useQuery(servicesQuery);
  const options = (services.data ?? [])
    .filter((item) => item.active)
    .map((item) => ({ value: item.slug, label: `${item.name}, ${item.duration_minutes} min` }));
  const chosen = service ?? options[0]?.value ?? null;

  const start = useStartCall({
    onSuccess: ({ call_id }, call) => onStarted({ id: call_id, caller: call.from }),
  });
  const call = useQuery({ ...callQuery(callId ?? ''), enabled: callId !== undefined });
  const running = callId !== undefined && call.error === null && callState(call.data).running;

  function submit(event: FormEvent) {
    event.preventDefault();
    start.mutate({
      from: compactPhone(from),
      ...(name.trim() === '' ? {} : { patient_name: name.trim() }),
      ...(chosen === null ? {} : { service_type: chosen }),
    });
  }

  return (
    <>
      <form id={CALL_FORM} onSubmit={submit} aria-label="Call your receptionist">
        <div className={classes.fields}>
          <TextInput
            label="Caller number"
            type="tel"
            autoComplete="off"
            required
            withAsterisk={false}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            label="Caller name"
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            className={classes.service}
            label="Service"
            data={options}
            value={chosen}
            onChange={setService}
            allowDeselect={false}
            placeholder={services.isPending ? 'Loading' : 'Any'}
          />
        </div>
        <div className={classes.actions}>
          <Button
            type="submit"
            variant={prominent ? 'filled' : 'light'}
            leftSection={<IconPhoneCall size={18} aria-hidden />}
            loading={start.isPending || running}
          >
            {callId === undefined ? 'Call now' : 'Call again'}
          </Button>
          <p className={classes.note}>Simulated: no real phone rings.</p>
        </div>
      </form>
      <FormError error={start.error} />
      {callId === undefined ? null : call.error === null ? (
        <Transcript call={call.data} />
      ) : (
        <ErrorState
          title="We couldn’t show the call"
          error={call.error}
          stillWorks="Anything it booked is saved. You’ll find it on Today."
          onRetry={() => void call.refetch()}
        />
      )}
    </>
  );
}
