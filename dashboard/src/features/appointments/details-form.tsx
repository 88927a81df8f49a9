import { Button, Group, NumberInput, Select, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@voxanne/contract';
import { useRef, useState } from 'react';
import { asApiError, fieldMessages } from '../../lib/api/api-error.ts';
import { useAskToLeave, useUnsaved } from '../../lib/ui/unsaved.tsx';
import { servicesQuery } from '../schedule/schedule.api.ts';
import { canMove } from './abilities.ts';
import classes from './appointment-drawer.module.css';
import { lengthProblem } from './booking-values.ts';
import { changedDetails, type DetailValues, detailsOf } from './details.ts';
import { PatientSelect } from './patient-select.tsx';
import { refusalOf } from './refusal.ts';
import { RefusalBox } from './refusal-box.tsx';
import { useEdit } from './use-edit.ts';

interface Props {
  appointment: Appointment;
  timeZone: string;
  isOwner: boolean;
  onDone: () => void;
}

/** What an appointment is about: everything but its day and hour. */
export function DetailsForm({ appointment, timeZone, isOwner, onDone }: Props) {
  const services = useQuery(servicesQuery).data ?? [];
  const edit = useEdit();
  const [notify, setNotify] = useState(true);
  const seen = useRef(appointment.version);
  const form = useForm<DetailValues>({
    initialValues: detailsOf(appointment),
    validate: { duration_minutes: lengthProblem },
  });
  const settled = useUnsaved(form.isDirty());
  const back = useAskToLeave(onDone);
  const offered = services.filter(({ active, slug }) => active || slug === appointment.service_type);
  const refusal = edit.error === null ? null : refusalOf(asApiError(edit.error));

  function save(
    values: DetailValues,
    more: { overbook?: boolean; outside_hours?: boolean; reason?: string } = {},
  ) {
    if (refusal?.isOvertaken) seen.current = appointment.version;
    const body = {
      ...changedDetails(appointment, values),
      ...(notify ? {} : { notify }),
      ...more,
      version: seen.current,
    };
    edit.mutate(
      { appointment, body },
      {
        onSuccess() {
          settled();
          onDone();
        },
        onError: (error) => form.setErrors(fieldMessages(asApiError(error))),
      },
    );
  }

  return (
    <form noValidate aria-label="Edit the appointment" onSubmit={form.onSubmit((values) => save(values))}>
      <Stack gap="md">
        <PatientSelect
          current={appointment.contact}
          status={appointment.status}
          notify={notify}
          onNotify={setNotify}
          onChange={(id) => form.setFieldValue('contact_id', id)}
        />
        <Select
          label="Service"
          data={offered.map(({ slug, name }) => ({ value: slug, label: name }))}
          allowDeselect={false}
          value={form.values.service_type}
          onChange={(slug) =>
            form.setValues({
              service_type: slug ?? appointment.service_type,
              ...(canMove(appointment.status)
                ? { duration_minutes: offered.find((one) => one.slug === slug)?.duration_minutes ?? '' }
                : {}),
            })
          }
        />
        {canMove(appointment.status) ? (
          <NumberInput
            label="Length in minutes"
            size="md"
            min={5}
            max={480}
            step={5}
            clampBehavior="none"
            allowDecimal={false}
            allowNegative={false}
            {...form.getInputProps('duration_minutes')}
          />
        ) : null}
        <Textarea
          label="Notes"
          size="md"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={2000}
          {...form.getInputProps('notes')}
        />
        {refusal === null ? null : (
          <div className={classes.refused}>
            <strong>{refusal.title}</strong>
            <RefusalBox
              refusal={{ ...refusal, alternatives: [] }}
              isOwner={isOwner}
              timeZone={timeZone}
              busy={edit.isPending}
              onTake={() => undefined}
              onOverbook={(reason) => save(form.values, { overbook: true, reason })}
              onAnyway={() => save(form.values, { outside_hours: true })}
            />
          </div>
        )}
        <Group>
          <Button type="submit" loading={edit.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
          <Button variant="default" onClick={back}>
            Back
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
