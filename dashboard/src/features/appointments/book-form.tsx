import { Button, Group, Input, Select, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { BookRequest } from '@voxanne/contract';
import { useRef, useState } from 'react';
import { asApiError } from '../../lib/api/api-error.ts';
import { idempotencyKey } from '../../lib/api/request.ts';
import { formatMoment } from '../../lib/format/format.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { PatientFields, patientRules } from '../../lib/ui/patient-fields.tsx';
import { ErrorState } from '../../lib/ui/states.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { Alternatives } from '../availability/alternatives.tsx';
import { type ShownPlace, SlotPicker } from '../availability/slot-picker.tsx';
import { alternativesOf } from '../availability/slots.ts';
import { TEXT_AFTER_S } from '../messaging/text-delay.ts';
import { servicesQuery } from '../schedule/api/services.ts';
import { useBookAppointment } from './api/book-appointment.ts';
import {
  type BookInput,
  type BookingPlace,
  type BookValues,
  bodyOf,
  bookedWords,
  EMPTY,
  lengthProblem,
  MORE,
} from './booking-values.ts';
import { noticeChange } from './change-notice.tsx';
import { MoreFields } from './more-fields.tsx';
import { Overbook } from './overbook.tsx';
import { useCancel, useWithdrawText } from './use-changes.ts';

/** A second click after a lost answer must be the same booking; a changed form must not be. */
function useBookingKey() {
  const last = useRef({ body: '', key: '' });
  return (request: BookRequest) => {
    const body = JSON.stringify(request);
    if (last.current.body !== body) last.current = { body, key: idempotencyKey() };
    return last.current.key;
  };
}

/** The patient has an appointment at that time already. */
const isBookedThen = (error: unknown): boolean =>
  error !== null && asApiError(error).code === 'ALREADY_BOOKED';

interface Props {
  timeZone: string;
  place?: BookingPlace | undefined;
  shown: ShownPlace;
  isOwner?: boolean;
  onBooked: () => void;
}

export function BookForm({ timeZone, place: chosen, shown, isOwner = false, onBooked }: Props) {
  const [place, setPlace] = useState(chosen);
  const keyFor = useBookingKey();
  const services = useQuery(servicesQuery);
  const offered = (services.data ?? []).filter((item) => item.active);
  const options = offered.map((item) => ({
    value: item.slug,
    label: `${item.name}, ${item.duration_minutes} min`,
  }));
  const [more, setMore] = useState(false);
  const form = useForm<BookValues>({
    initialValues: EMPTY,
    validate: {
      ...patientRules,
      duration_minutes: lengthProblem,
      slot_id: (value) => (value === '' && place === undefined ? 'Choose a time.' : null),
    },
  });
  const service = form.values.service_type || options[0]?.value || '';

  const withdraw = useWithdrawText();
  const cancel = useCancel(timeZone);
  const submit = useBookAppointment();
  function requestOf(booking: BookInput) {
    const alreadyHere = booking.place !== undefined && Date.parse(booking.place.at) <= Date.now();
    const body = bodyOf({ ...booking, alreadyHere, values: { ...booking.values, service_type: service } });
    return { body, key: keyFor(body) };
  }
  const save = useSaveForm(form, submit, {
    toRequest: (values) => requestOf({ values, place }),
    onSaved({ appointment_id: id, scheduled_at, no_texts }, { body: { name, status } }) {
      const now = Date.now();
      const pending = status === 'pending';
      const isTexted = !pending && no_texts === undefined && Date.parse(scheduled_at) > now;
      noticeChange(id, bookedWords({ name, pending }, formatMoment(scheduled_at, timeZone), no_texts), {
        sendsAt: isTexted ? new Date(now + TEXT_AFTER_S * 1_000).toISOString() : null,
        onDontText: () => withdraw.mutate({ id }),
        onUndo: () => cancel.mutate({ id, body: {}, key: idempotencyKey() }),
      });
      onBooked();
    },
    onFaults: (fields) => MORE.some((field) => fields.includes(field)) && setMore(true),
  });
  const alternatives = submit.error === null ? null : alternativesOf(asApiError(submit.error));
  const isOutsideHours = submit.error !== null && asApiError(submit.error).code === 'OUTSIDE_HOURS';

  function take(slotId: string) {
    setPlace(undefined);
    form.setFieldValue('slot_id', slotId);
    save.send(requestOf({ values: { ...form.values, slot_id: slotId } }));
  }

  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <PatientFields form={form} labels={{ name: 'Patient name', phone: 'Patient phone' }} />
        <Select
          label="Service"
          data={options}
          value={service}
          allowDeselect={false}
          onChange={(value) => form.setValues({ service_type: value ?? '', slot_id: '' })}
        />
        <MoreFields
          form={form}
          opened={more}
          onToggle={() => setMore(!more)}
          minutes={offered.find((item) => item.slug === service)?.duration_minutes}
        />
        <div>
          {services.error !== null && services.data === undefined ? (
            <ErrorState
              title="We couldn’t load the services"
              error={services.error}
              onRetry={() => void services.refetch()}
            />
          ) : place === undefined ? (
            <>
              <SlotPicker
                key={service}
                serviceType={service}
                timeZone={timeZone}
                shown={shown}
                value={form.values.slot_id}
                onChange={(slotId) => form.setFieldValue('slot_id', slotId)}
              />
              <Button
                variant="subtle"
                size="compact-md"
                px={4}
                mt="xs"
                onClick={() => setPlace({ at: new Date().toISOString() })}
              >
                The patient is here: book now
              </Button>
            </>
          ) : (
            <ChosenPlace place={place} timeZone={timeZone} onDrop={() => setPlace(undefined)} />
          )}
          {form.errors.slot_id === undefined ? null : (
            <Input.Error mt={6} role="alert">
              {form.errors.slot_id}
            </Input.Error>
          )}
        </div>
        {isOutsideHours && place !== undefined ? (
          <Button
            variant="light"
            color="red"
            disabled={save.isSaving}
            onClick={() => save.send(requestOf({ values: form.values, place, outsideHours: true }))}
          >
            Book it anyway
          </Button>
        ) : null}
        {alternatives === null ? (
          <FormError error={save.error} />
        ) : (
          <Alternatives slots={alternatives} timeZone={timeZone} busy={save.isSaving} onTake={take} />
        )}
        {isOwner && place !== undefined && (alternatives !== null || isBookedThen(submit.error)) ? (
          <Overbook
            busy={save.isSaving}
            onOverbook={(reason) => save.send(requestOf({ values: form.values, place, overbook: reason }))}
          />
        ) : null}
        <Button type="submit" loading={save.isSaving}>
          Book appointment
        </Button>
      </Stack>
    </form>
  );
}

interface ChosenProps {
  place: BookingPlace;
  timeZone: string;
  onDrop: () => void;
}

function ChosenPlace({ place, timeZone, onDrop }: ChosenProps) {
  return (
    <Input.Wrapper label="Time" labelElement="div">
      <Group justify="space-between" gap="xs">
        <strong>
          {formatMoment(place.at, timeZone)}
          {place.providerName === undefined ? '' : `, ${place.providerName}`}
        </strong>
        <Button size="xs" variant="default" onClick={onDrop}>
          Choose another time
        </Button>
      </Group>
    </Input.Wrapper>
  );
}
