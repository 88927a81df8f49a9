import { Checkbox, NumberInput, Radio, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { Provider, Service } from '@voxanne/contract';
import { asApiError, fieldMessages, isInline } from '../../lib/api/api-error.ts';
import { focusFirst } from '../../lib/ui/focus-first.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useUnsaved } from '../../lib/ui/unsaved.tsx';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { RuleActions } from './rule-actions.tsx';
import { changeService, createService, deleteService } from './rules.api.ts';
import {
  changes,
  EMPTY,
  fieldOf,
  type ServiceValues,
  stepOptions,
  toBody,
  toValues,
  validate,
} from './service-form.ts';
import { type Said, useMayChange, useRulesChanged } from './use-rules.ts';

interface Props {
  /** Without one it is a new one. */
  service: Service | undefined;
  providers: Provider[];
  onDone: (said: Said) => void;
}

export function ServiceForm({ service, providers, onDone }: Props) {
  const mayChange = useMayChange();
  const rulesChanged = useRulesChanged();
  const stored = service === undefined ? EMPTY : toValues(service);
  const form = useForm<ServiceValues>({ initialValues: stored, validate });
  const known = useFollowed(stored, form);
  const settled = useUnsaved(form.isDirty());
  const save = useMutation({
    mutationFn: (values: ServiceValues) =>
      service === undefined
        ? createService(toBody(values))
        : changeService(service.id, changes(known.current, values)),
    async onSuccess(saved) {
      notifyDone(`${saved.name} is saved.`);
      settled();
      onDone(saved);
      await rulesChanged();
    },
    onError(error) {
      const messages = Object.fromEntries(
        Object.entries(fieldMessages(asApiError(error))).map(([name, words]) => [fieldOf(name), words]),
      );
      form.setErrors(messages);
      focusFirst(form)(messages);
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => deleteService(id),
    async onSuccess(gone) {
      notifyDone(`${service?.name} is deleted.`);
      settled();
      onDone(gone);
      await rulesChanged();
    },
  });
  const number = { size: 'md', allowDecimal: false, allowNegative: false, disabled: !mayChange } as const;

  return (
    <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values), focusFirst(form))}>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="As callers say it"
          required
          maxLength={80}
          disabled={!mayChange}
          {...form.getInputProps('name')}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <NumberInput
            label="Length in minutes"
            description="Without what is kept free"
            required
            {...number}
            {...form.getInputProps('duration_minutes')}
          />
          <NumberInput
            label="Patients at once"
            description="More than 1: a group"
            {...number}
            {...form.getInputProps('capacity')}
          />
          <NumberInput
            label="Kept free before"
            description="Minutes"
            {...number}
            {...form.getInputProps('buffer_before_minutes')}
          />
          <NumberInput
            label="Kept free after"
            description="Minutes"
            {...number}
            {...form.getInputProps('buffer_after_minutes')}
          />
          <NumberInput
            label="Shortest notice"
            description="Nobody books later than that"
            {...number}
            {...form.getInputProps('notice')}
          />
          <Select
            label="Notice counted in"
            description="Minutes, hours or days"
            data={['minutes', 'hours', 'days']}
            allowDeselect={false}
            disabled={!mayChange}
            {...form.getInputProps('notice_unit')}
          />
          <NumberInput
            label="Days ahead"
            description="Empty: as far as the clinic allows"
            {...number}
            {...form.getInputProps('horizon_days')}
          />
          <Select
            label="Begins"
            description="Counted from the opening hour"
            data={stepOptions(form.values.slot_step_minutes)}
            allowDeselect={false}
            disabled={!mayChange}
            {...form.getInputProps('slot_step_minutes')}
          />
        </SimpleGrid>
        <Radio.Group size="md" label="Who offers it" {...form.getInputProps('offered_by')}>
          <Stack gap="xs" mt="xs">
            <Radio value="everybody" label="Everybody, and whoever joins later" disabled={!mayChange} />
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
        {isInline(save.error) ? null : <FormError error={save.error} />}
        <RuleActions
          save={service === undefined ? 'Add service' : 'Save changes'}
          saving={save.isPending}
          mayChange={mayChange}
          unchanged={service !== undefined && !form.isDirty()}
          {...(service && {
            remove: {
              label: 'Delete service',
              question: `Delete ${service.name}?`,
              explanation:
                'Nobody can book it any more. Appointments that are booked stay as they are and are still to be kept.',
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
