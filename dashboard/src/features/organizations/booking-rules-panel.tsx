import { Button, Group, NumberInput, Radio, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { Organization } from '@voxanne/contract';
import { FormError } from '../../lib/ui/form-error.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { WithRight } from '../identity/with-right.tsx';
import { useChangeOrganization } from './api/change-organization.ts';
import { organizationQuery } from './api/organization.ts';
import { changes, type RulesValues, toValues, validate } from './booking-rules-form.ts';

/** The rules of the whole clinic, not of one service. The panel above loads the data and shows its failures. */
export function RulesPanel() {
  const { data } = useQuery(organizationQuery);
  return data === undefined ? null : (
    <Panel title="Bookings and texts">
      <RulesForm organization={data} />
    </Panel>
  );
}

function RulesForm({ organization }: { organization: Organization }) {
  const form = useForm<RulesValues>({ initialValues: toValues(organization), validate });
  const known = useFollowed(toValues(organization), form);
  const update = useChangeOrganization();
  const save = useSaveForm(form, update, {
    toRequest: (values) => changes(known.current, values),
    saved: () => 'Saved.',
    toValues,
  });

  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="lg">
        <NumberInput
          label="Booking window (days)"
          description="How far ahead patients can book. A service may allow less."
          size="md"
          maw="20rem"
          required
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('booking_horizon_days')}
        />
        <Radio.Group
          size="md"
          label="If Google Calendar is unavailable"
          description="Only matters if you’ve linked Google Calendar."
          {...form.getInputProps('calendar_policy')}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="internal_only"
              label="Keep booking from Voxanne’s own schedule"
              description="Patients can still book, but we can’t see what is only in Google Calendar."
            />
            <Radio
              value="closed"
              label="Stop offering times until it’s back"
              description="Nothing can clash, but no one can book until then."
            />
          </Stack>
        </Radio.Group>
        <Radio.Group
          size="md"
          label="Text message content"
          description="We always keep when a text was sent, and to which number."
          {...form.getInputProps('keep')}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="always" label="Keep forever" />
            <Radio value="days" label="Delete after a number of days" />
          </Stack>
        </Radio.Group>
        {form.values.keep === 'always' ? null : (
          <NumberInput
            label="Days until it’s deleted"
            description="Deleted content can’t be brought back."
            size="md"
            maw="16rem"
            required
            allowDecimal={false}
            allowNegative={false}
            {...form.getInputProps('message_retention_days')}
          />
        )}
        <FormError error={save.error} />
        <WithRight
          right="settings.edit"
          otherwise={<p>Only an owner or admin of the clinic can change this.</p>}
        >
          <Group>
            <Button type="submit" loading={save.isSaving} disabled={!form.isDirty()}>
              Save rules
            </Button>
          </Group>
        </WithRight>
      </Stack>
    </form>
  );
}
