import { Button, Group, NumberInput, Select, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { Appointment, MoveRequest } from '@voxanne/contract';
import { useRef, useState } from 'react';
import { asApiError } from '../../lib/api/api-error.ts';
import { useAskToLeave } from '../../lib/ui/unsaved.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { servicesQuery } from '../schedule/api/services.ts';
import { may } from './abilities.ts';
import classes from './appointment-drawer.module.css';
import { lengthProblem } from './booking-values.ts';
import { changedDetails, type DetailValues, detailsOf } from './details.ts';
import { FormTitle } from './form-title.tsx';
import { PatientSelect } from './patient-select.tsx';
import { refusalOf } from './refusal.ts';
import { RefusalBox } from './refusal-box.tsx';
import { useEdit } from './use-changes.ts';

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
  const save = useSaveForm(form, edit, { toRequest: editTo, onSaved: onDone });
  const back = useAskToLeave(onDone);
  const offered = services.filter(({ active, slug }) => active || slug === appointment.service_type);
  const refusal = save.error === null ? null : refusalOf(asApiError(save.error));

  function editTo(values: DetailValues, more: Partial<MoveRequest> = {}) {
    // They saw what it is now; sending it again means it.
    if (refusal?.isOvertaken) seen.current = appointment.version;
    const body = {
      ...changedDetails(appointment, values),
      ...(notify ? {} : { notify }),
      ...more,
      version: seen.current,
    };
    return { appointment, body };
  }

  return (
    <form noValidate aria-label="Edit the appointment" onSubmit={save.onSubmit}>
      <Stack gap="md">
        <FormTitle>Edit the appointment</FormTitle>
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
              ...(may(appointment, 'move')
                ? { duration_minutes: offered.find((one) => one.slug === slug)?.duration_minutes ?? '' }
                : {}),
            })
          }
        />
        {may(appointment, 'move') ? (
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
              busy={save.isSaving}
              onTake={() => undefined}
              onOverbook={(reason) => save.send(editTo(form.values, { overbook: true, reason }))}
              onAnyway={() => save.send(editTo(form.values, { outside_hours: true }))}
            />
          </div>
        )}
        <Group>
          <Button type="submit" loading={save.isSaving} disabled={!form.isDirty()}>
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
