import { Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { Provider, TimeOff } from '@voxanne/contract';
import { asApiError, fieldMessages, isInline } from '../../lib/api/api-error.ts';
import { focusFirst } from '../../lib/ui/focus-first.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useUnsaved } from '../../lib/ui/unsaved.tsx';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { RuleActions } from './form-actions.tsx';
import { changeTimeOff, createTimeOff, deleteTimeOff } from './schedule.api.ts';
import { emptyTimeOff, fieldOf, type TimeOffValues, toBody, toValues, validate } from './time-off-view.ts';
import { type Said, useMayChange, useRulesChanged } from './use-notices.ts';

interface Props {
  /** Without one it is a new one. */
  entry: TimeOff | undefined;
  providers: Provider[];
  today: string;
  onDone: (said: Said) => void;
}

export function TimeOffForm({ entry, providers, today, onDone }: Props) {
  const mayChange = useMayChange();
  const rulesChanged = useRulesChanged();
  const stored = entry === undefined ? emptyTimeOff(today) : toValues(entry);
  const form = useForm<TimeOffValues>({ initialValues: stored, validate });
  useFollowed(stored, form);
  const settled = useUnsaved(form.isDirty());
  const save = useMutation({
    mutationFn: (values: TimeOffValues) =>
      entry === undefined ? createTimeOff(toBody(values)) : changeTimeOff(entry.id, toBody(values)),
    async onSuccess(saved) {
      notifyDone(`Saved ${saved.title}.`);
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
    mutationFn: (id: string) => deleteTimeOff(id),
    async onSuccess() {
      notifyDone(`Removed ${entry?.title}. Patients can book that time again.`);
      settled();
      onDone({ notices: [] });
      await rulesChanged();
    },
  });
  const { whole_days: whole } = form.values;
  const field = { size: 'md', disabled: !mayChange } as const;

  return (
    <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values), focusFirst(form))}>
      <Stack gap="md">
        <TextInput
          label="Title"
          placeholder="Christmas"
          description="Only your clinic sees it"
          required
          maxLength={120}
          {...field}
          {...form.getInputProps('title')}
        />
        <Select
          label="Applies to"
          data={[
            { value: '', label: 'The whole clinic' },
            ...providers.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          allowDeselect={false}
          {...field}
          {...form.getInputProps('provider_id')}
        />
        <Switch
          label="All day"
          disabled={!mayChange}
          {...form.getInputProps('whole_days', { type: 'checkbox' })}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <TextInput type="date" label="First day" required {...field} {...form.getInputProps('first_day')} />
          {whole ? null : (
            <TextInput type="time" label="From" required {...field} {...form.getInputProps('from')} />
          )}
          <TextInput type="date" label="Last day" required {...field} {...form.getInputProps('last_day')} />
          {whole ? null : (
            <TextInput type="time" label="Until" required {...field} {...form.getInputProps('to')} />
          )}
        </SimpleGrid>
        {isInline(save.error) ? null : <FormError error={save.error} />}
        <RuleActions
          save={entry === undefined ? 'Add time off' : 'Save changes'}
          saving={save.isPending}
          mayChange={mayChange}
          unchanged={entry !== undefined && !form.isDirty()}
          {...(entry && {
            remove: {
              label: 'Remove',
              question: `Remove ${entry.title}?`,
              explanation: 'Patients can book that time again right away.',
              busy: remove.isPending,
              error: remove.error,
              onConfirm: () => remove.mutate(entry.id),
              onCancel: remove.reset,
            },
          })}
        />
      </Stack>
    </form>
  );
}
