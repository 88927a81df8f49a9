import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@voxanne/contract';
import { useEffect, useRef, useState } from 'react';
import { asApiError } from '../../lib/api/api-error.ts';
import { idempotencyKey } from '../../lib/api/request.ts';
import { dayKey, instantAt } from '../../lib/format/zoned.ts';
import { useAskToLeave, useUnsaved } from '../../lib/ui/unsaved.tsx';
import { DaySlots } from '../availability/day-slots.tsx';
import { servicesQuery } from '../schedule/schedule.api.ts';
import classes from './appointment-drawer.module.css';
import { whyNoText } from './change-words.ts';
import type { Person } from './eligible-providers.ts';
import { whoMayTake } from './eligible-providers.ts';
import type { Move } from './pending-moves.ts';
import { refusalOf } from './refusal.ts';
import { RefusalBox } from './refusal-box.tsx';
import { useMove } from './use-changes.ts';

interface Props {
  appointment: Appointment;
  people: Person[];
  timeZone: string;
  isOwner: boolean;
  onDone: () => void;
}

/** Everything that dragging does, without dragging; and for a day that is not on the screen. */
export function MoveForm({ appointment, people, timeZone, isOwner, onDone }: Props) {
  const [providerId, setProviderId] = useState(appointment.provider_id);
  const [day, setDay] = useState(() => dayKey(appointment.scheduled_at, timeZone));
  const [start, setStart] = useState('');
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [notify, setNotify] = useState(true);
  /** Another person's change must not be undone by a form that was opened before it. */
  const seen = useRef(appointment.version);
  const [missing, setMissing] = useState<string | null>(null);
  const first = useRef<HTMLInputElement>(null);
  const move = useMove(timeZone);
  useUnsaved(start !== '' || typed !== '' || reason !== '');
  const back = useAskToLeave(onDone);
  const choices = whoMayTake(appointment, people, useQuery(servicesQuery).data);
  const problem = choices.find(({ value }) => value === providerId)?.problem;
  useEffect(() => first.current?.focus(), []);

  const refusal = move.error === null ? null : refusalOf(asApiError(move.error));
  const noText = whyNoText(appointment);

  function send(
    at: string,
    change: { providerId?: string; overbook?: boolean; reason?: string; outsideHours?: boolean } = {},
  ) {
    const who = change.providerId ?? providerId;
    const why = change.reason ?? reason.trim();
    move.mutate(
      {
        appointment,
        to: {
          at,
          providerId: who,
          providerName: people.find((one) => one.id === who)?.name ?? appointment.provider_name,
        },
        body: {
          scheduled_at: at,
          provider_id: who,
          notify,
          version: seen.current,
          ...(why === '' ? {} : { reason: why }),
          ...(change.overbook ? { overbook: true } : {}),
          ...(change.outsideHours ? { outside_hours: true } : {}),
          // A time of today that has passed: the patient came then.
          ...(Date.parse(at) < Date.now() ? { already_here: true } : {}),
        },
        key: idempotencyKey(),
      } satisfies Move,
      { onSuccess: onDone },
    );
  }

  /** Typed by hand counts before chosen: it was done later, and the choice is gone then. */
  function wanted(): string | null {
    if (typed === '') return start === '' ? null : start;
    const [hour = 0, minute = 0] = typed.split(':').map(Number);
    const instant = day === '' ? null : instantAt(day, hour * 60 + minute, timeZone);
    return instant === null ? null : new Date(instant).toISOString();
  }

  function submit() {
    // They saw what it is now; sending it again means it.
    if (refusal?.isOvertaken) seen.current = appointment.version;
    const at = wanted();
    setMissing(
      at !== null
        ? null
        : typed === ''
          ? 'Choose a free time, or type one.'
          : 'The clocks change that day, so this time doesn’t exist. Choose another one.',
    );
    if (at !== null) send(at);
  }

  const asked = move.variables?.to.at;
  return (
    <form
      noValidate
      aria-label="Move the appointment"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="md">
        <TextInput
          ref={first}
          type="date"
          label="Day"
          value={day}
          onChange={({ currentTarget }) => {
            setDay(currentTarget.value);
            setStart('');
          }}
        />
        <Select
          label="Provider"
          data={choices.map(({ value, label }) => ({ value, label }))}
          value={providerId}
          allowDeselect={false}
          onChange={(value) => {
            setProviderId(value ?? appointment.provider_id);
            setStart('');
          }}
        />
        {problem === undefined ? (
          <DaySlots
            key={`${day} ${providerId}`}
            serviceType={appointment.service_type}
            day={day}
            providerId={providerId}
            timeZone={timeZone}
            value={typed === '' ? start : ''}
            onChange={(value) => {
              setStart(value);
              setTyped('');
            }}
          />
        ) : (
          <div role="status">{problem}</div>
        )}
        <TextInput
          type="time"
          label="Other time"
          error={missing}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <TextInput
          label="Reason (optional)"
          maxLength={500}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        {noText === null ? (
          <Checkbox
            label="Text the patient the new time"
            checked={notify}
            onChange={({ currentTarget }) => setNotify(currentTarget.checked)}
          />
        ) : (
          <div>{noText}</div>
        )}
        {refusal === null || asked === undefined ? null : (
          <div className={classes.refused}>
            <strong>{refusal.title}</strong>
            <RefusalBox
              refusal={refusal}
              isOwner={isOwner}
              timeZone={timeZone}
              busy={move.isPending}
              onTake={(slot) => send(slot.start, { providerId: slot.provider_id })}
              onOverbook={(why) => send(asked, { overbook: true, reason: why })}
              onAnyway={() => send(asked, { outsideHours: true })}
            />
          </div>
        )}
        <Group>
          <Button type="submit" loading={move.isPending}>
            Move appointment
          </Button>
          <Button variant="default" onClick={back}>
            Back
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
