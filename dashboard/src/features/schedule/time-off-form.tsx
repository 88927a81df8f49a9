import { Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Provider, TimeOff } from '@voxanne/contract';
import { fieldMessages } from '../../lib/api/api-error.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useDeleteTimeOff } from './api/delete-time-off.ts';
import { useSaveTimeOff } from './api/save-time-off.ts';
import { FormActions } from './form-actions.tsx';
import { emptyTimeOff, fieldOf, type TimeOffValues, toBody, toValues, validate } from './time-off-view.ts';
import { type Said, useMayChange } from './use-notices.ts';

interface Props {
  /** Without one it is a new one. */
  entry: TimeOff | undefined;
  providers: Provider[];
  today: string;
  onDone: (said: Said) => void;
}

export function TimeOffForm({ entry, providers, today, onDone }: Props) {
  const mayChange = useMayChange();
  const stored = entry === undefined ? emptyTimeOff(today) : toValues(entry);
  const form = useForm<TimeOffValues>({ initialValues: stored, validate });
  useFollowed(stored, form);
  const save = useSaveForm(form, useSaveTimeOff(), {
    toRequest(values) {
      const body = toBody(values);
      return entry === undefined ? { body } : { id: entry.id, body };
    },
    saved: ({ title }) => `Saved ${title}.`,
    onSaved: onDone,
    messagesOf: (error) => fieldMessages(error, fieldOf),
  });
  const remove = useDeleteTimeOff({
    onSuccess() {
      notifyDone(`Removed ${entry?.title}. Patients can book that time again.`);
      save.settled();
      onDone({ notices: [] });
    },
  });
  const { whole_days: whole } = form.values;
  const field = { size: 'md', disabled: !mayChange } as const;

  return (
    <form noValidate onSubmit={save.onSubmit}>
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
        <FormError error={save.error} />
        <FormActions
          save={entry === undefined ? 'Add time off' : 'Save changes'}
          saving={save.isSaving}
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
