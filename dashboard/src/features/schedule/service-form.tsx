import { Checkbox, NumberInput, Radio, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Provider, Service } from '@voxanne/contract';
import { fieldMessages } from '../../lib/api/api-error.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useDeleteService } from './api/delete-service.ts';
import { useSaveService } from './api/save-service.ts';
import { FormActions } from './form-actions.tsx';
import {
  changes,
  EMPTY,
  fieldOf,
  type ServiceValues,
  stepOptions,
  toBody,
  toValues,
  validate,
} from './service-values.ts';
import { type Said, useMayChange } from './use-notices.ts';

interface Props {
  /** Without one it is a new one. */
  service: Service | undefined;
  providers: Provider[];
  onDone: (said: Said) => void;
}

export function ServiceForm({ service, providers, onDone }: Props) {
  const mayChange = useMayChange();
  const stored = service === undefined ? EMPTY : toValues(service);
  const form = useForm<ServiceValues>({ initialValues: stored, validate });
  const known = useFollowed(stored, form);
  const save = useSaveForm(form, useSaveService(), {
    toRequest: (values) =>
      service === undefined
        ? { body: toBody(values) }
        : { id: service.id, body: changes(known.current, values) },
    saved: ({ name }) => `Saved ${name}.`,
    onSaved: onDone,
    messagesOf: (error) => fieldMessages(error, fieldOf),
  });
  const remove = useDeleteService({
    onSuccess(gone) {
      notifyDone(`Deleted ${service?.name}.`);
      save.settled();
      onDone(gone);
    },
  });
  const number = { size: 'md', allowDecimal: false, allowNegative: false, disabled: !mayChange } as const;

  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="The name patients use"
          required
          maxLength={80}
          disabled={!mayChange}
          {...form.getInputProps('name')}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <NumberInput
            label="Length in minutes"
            description="Without the buffers"
            required
            {...number}
            {...form.getInputProps('duration_minutes')}
          />
          <NumberInput
            label="Group size"
            description="How many patients at one time"
            {...number}
            {...form.getInputProps('capacity')}
          />
          <NumberInput
            label="Buffer before"
            description="Minutes"
            {...number}
            {...form.getInputProps('buffer_before_minutes')}
          />
          <NumberInput
            label="Buffer after"
            description="Minutes"
            {...number}
            {...form.getInputProps('buffer_after_minutes')}
          />
          <NumberInput
            label="Minimum notice"
            description="Before the start"
            {...number}
            {...form.getInputProps('notice')}
          />
          <Select
            label="Notice in"
            description="Minutes, hours or days"
            data={['minutes', 'hours', 'days']}
            allowDeselect={false}
            disabled={!mayChange}
            {...form.getInputProps('notice_unit')}
          />
          <NumberInput
            label="Booking window (days)"
            description="Leave blank to use the clinic’s"
            {...number}
            {...form.getInputProps('horizon_days')}
          />
          <Select
            label="Start times"
            description="Counted from the opening hour"
            data={stepOptions(form.values.slot_step_minutes)}
            allowDeselect={false}
            disabled={!mayChange}
            {...form.getInputProps('slot_step_minutes')}
          />
        </SimpleGrid>
        <Radio.Group size="md" label="Who provides it" {...form.getInputProps('offered_by')}>
          <Stack gap="xs" mt="xs">
            <Radio value="all" label="All providers, including new ones" disabled={!mayChange} />
            <Radio value="some" label="Only these" disabled={!mayChange} />
          </Stack>
        </Radio.Group>
        {form.values.offered_by === 'some' ? (
          <Checkbox.Group size="md" label="Providers" {...form.getInputProps('provider_ids')}>
            <Stack gap="xs" mt="xs">
              {providers.map(({ id, name, active }) => (
                <Checkbox key={id} value={id} label={active ? name : `${name} (off)`} disabled={!mayChange} />
              ))}
            </Stack>
          </Checkbox.Group>
        ) : null}
        <Switch
          label="Can be booked"
          disabled={!mayChange}
          {...form.getInputProps('active', { type: 'checkbox' })}
        />
        <FormError error={save.error} />
        <FormActions
          save={service === undefined ? 'Add service' : 'Save changes'}
          saving={save.isSaving}
          mayChange={mayChange}
          unchanged={service !== undefined && !form.isDirty()}
          {...(service && {
            remove: {
              label: 'Delete service',
              question: `Delete ${service.name}?`,
              explanation: 'It can’t be booked anymore. Existing appointments stay as they are.',
              busy: remove.isPending,
              error: remove.error,
              onConfirm: () => remove.mutate(service.id),
              onCancel: remove.reset,
            },
          })}
        />
      </Stack>
    </form>
  );
}
