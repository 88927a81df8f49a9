import { Button, Group, NumberInput, Radio, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Organization } from '@voxanne/contract';
import { asApiError, fieldMessages, isInline } from '../../lib/api/api-error.ts';
import { focusFirst } from '../../lib/ui/focus-first.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { useUnsaved } from '../../lib/ui/unsaved.tsx';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { changes, type RulesValues, toValues, validate } from './rules-form.ts';
import { organizationQuery, updateOrganization } from './tenancy.api.ts';

/** The rules that are the clinic's and not one service's. Its data are told above, with their own failures. */
export function RulesPanel() {
  const { data } = useQuery(organizationQuery);
  return data === undefined ? null : (
    <Panel title="Bookings and texts">
      <RulesForm organization={data} />
    </Panel>
  );
}

function RulesForm({ organization }: { organization: Organization }) {
  const queryClient = useQueryClient();
  const form = useForm<RulesValues>({ initialValues: toValues(organization), validate });
  const known = useFollowed(toValues(organization), form);
  useUnsaved(form.isDirty());
  const save = useMutation({
    mutationFn: (values: RulesValues) => updateOrganization(changes(known.current, values)),
    async onSuccess(saved) {
      queryClient.setQueryData(organizationQuery.queryKey, saved);
      form.setInitialValues(toValues(saved));
      form.setValues(toValues(saved));
      notifyDone('Saved.');
      await queryClient.invalidateQueries({ queryKey: ['availability'] });
    },
    onError: (error) => form.setErrors(fieldMessages(asApiError(error))),
  });

  return (
    <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values), focusFirst(form))}>
      <Stack gap="lg">
        <NumberInput
          label="Days ahead"
          description="How far into the future callers can book. A service may allow less."
          size="md"
          maw="20rem"
          required
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('booking_horizon_days')}
        />
        <Radio.Group
          size="md"
          label="While a linked calendar cannot be read"
          description="A calendar that was never linked is not meant: then this decides nothing."
          {...form.getInputProps('calendar_policy')}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="internal_only"
              label="Go on booking by the appointments kept here"
              description="Nobody is turned away, but what stands only in that calendar is not seen."
            />
            <Radio
              value="closed"
              label="Offer nothing until it can be read again"
              description="Nothing can clash, but callers are turned away in the meantime."
            />
          </Stack>
        </Radio.Group>
        <Radio.Group
          size="md"
          label="The words of texts"
          description="That a text was sent, to whom and when, is always kept."
          {...form.getInputProps('keep')}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="always" label="Keep them" />
            <Radio value="days" label="Remove them after some days" />
          </Stack>
        </Radio.Group>
        {form.values.keep === 'always' ? null : (
          <NumberInput
            label="Days until they are removed"
            description="What is removed cannot be brought back."
            size="md"
            maw="16rem"
            required
            allowDecimal={false}
            allowNegative={false}
            {...form.getInputProps('message_retention_days')}
          />
        )}
        {isInline(save.error) ? null : <FormError error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save rules
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
