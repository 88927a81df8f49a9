import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { Appointment, MoveRequest } from '@voxanne/contract';
import { useEffect, useRef } from 'react';
import { asApiError, fieldMessages } from '../../lib/api/api-error.ts';
import { useAskToLeave } from '../../lib/ui/unsaved.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { DaySlots } from '../availability/day-slots.tsx';
import { servicesQuery } from '../schedule/api/services.ts';
import classes from './appointment-drawer.module.css';
import { whyNoText } from './change-words.ts';
import type { Person } from './eligible-providers.ts';
import { whoMayTake } from './eligible-providers.ts';
import { FormTitle } from './form-title.tsx';
import { type MoveValues, moveTo, moveValuesOf, startOf, startProblem } from './move-values.ts';
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

/** The server speaks of an instant, and a person typed it. */
const fieldOf = (name: string): string => (name === 'scheduled_at' ? 'typed' : name);

/** Everything that dragging does, without dragging; and for a day that is not on the screen. */
export function MoveForm({ appointment, people, timeZone, isOwner, onDone }: Props) {
  const form = useForm<MoveValues>({
    initialValues: moveValuesOf(appointment, timeZone),
    validate: { typed: (_, values) => startProblem(values, timeZone) },
  });
  const { day, provider_id: providerId, start, typed, reason } = form.values;
  /** Another person's change must not be undone by a form that was opened before it. */
  const seen = useRef(appointment.version);
  const move = useMove(timeZone);
  const save = useSaveForm(form, move, {
    toRequest(values) {
      // They saw what it is now; sending it again means it.
      if (refusal?.isOvertaken) seen.current = appointment.version;
      return moveAsked(startOf(values, timeZone), values);
    },
    messagesOf: (error) => fieldMessages(error, fieldOf),
    onSaved: onDone,
    unsaved: start !== '' || typed !== '' || reason !== '',
  });
  const back = useAskToLeave(onDone);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  const moveAsked = (at: string, values: MoveValues, onPurpose: Partial<MoveRequest> = {}) =>
    moveTo(at, values, { appointment, people, version: seen.current }, onPurpose);
  const refusal = save.error === null ? null : refusalOf(asApiError(save.error));
  const refused = move.variables?.to.at;
  const choices = whoMayTake(appointment, people, useQuery(servicesQuery).data);
  const problem = choices.find(({ value }) => value === providerId)?.problem;
  const noText = whyNoText(appointment);
  return (
    <form noValidate aria-label="Move the appointment" onSubmit={save.onSubmit}>
      <Stack gap="md">
        <FormTitle>Move the appointment</FormTitle>
        <TextInput
          ref={first}
          type="date"
          label="Day"
          value={day}
          onChange={({ currentTarget }) => form.setValues({ day: currentTarget.value, start: '' })}
        />
        <Select
          label="Provider"
          data={choices.map(({ value, label }) => ({ value, label }))}
          value={providerId}
          allowDeselect={false}
          onChange={(value) => form.setValues({ provider_id: value ?? appointment.provider_id, start: '' })}
        />
        {problem === undefined ? (
          <DaySlots
            key={`${day} ${providerId}`}
            serviceType={appointment.service_type}
            day={day}
            providerId={providerId}
            timeZone={timeZone}
            value={typed === '' ? start : ''}
            onChange={(value) => form.setValues({ start: value, typed: '' })}
          />
        ) : (
          <div role="status">{problem}</div>
        )}
        <TextInput type="time" label="Other time" {...form.getInputProps('typed')} />
        <TextInput label="Reason (optional)" maxLength={500} {...form.getInputProps('reason')} />
        {noText === null ? (
          <Checkbox
            label="Text the patient the new time"
            {...form.getInputProps('notify', { type: 'checkbox' })}
          />
        ) : (
          <div>{noText}</div>
        )}
        {refusal === null || refused === undefined ? null : (
          <div className={classes.refused}>
            <strong>{refusal.title}</strong>
            <RefusalBox
              refusal={refusal}
              isOwner={isOwner}
              timeZone={timeZone}
              busy={save.isSaving}
              onTake={(slot) =>
                save.send(moveAsked(slot.start, { ...form.values, provider_id: slot.provider_id }))
              }
              onOverbook={(why) =>
                save.send(moveAsked(refused, form.values, { overbook: true, reason: why }))
              }
              onAnyway={() => save.send(moveAsked(refused, form.values, { outside_hours: true }))}
            />
          </div>
        )}
        <Group>
          <Button type="submit" loading={save.isSaving}>
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
