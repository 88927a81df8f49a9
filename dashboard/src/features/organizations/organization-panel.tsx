import { Button, Group, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { Organization } from '@voxanne/contract';
import { spellTimeZone } from '../../lib/format/format.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { TimeZoneSelect } from '../../lib/ui/time-zone-select.tsx';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { WithRight } from '../identity/with-right.tsx';
import { useChangeOrganization } from './api/change-organization.ts';
import { organizationQuery } from './api/organization.ts';
import { changes, countryName, movedBy, type OrganizationValues, toValues } from './organization-form.ts';
import { ZoneQuestion } from './zone-question.tsx';

export function OrganizationPanel() {
  const { data, error, refetch } = useQuery(organizationQuery);
  return (
    <Panel title="Clinic">
      {data !== undefined ? (
        <OrganizationForm organization={data} />
      ) : error === null ? (
        <LoadingRows rows={3} height={56} label="Loading the clinic" />
      ) : (
        <ErrorState title="We couldn’t load your clinic" error={error} onRetry={() => void refetch()} />
      )}
    </Panel>
  );
}

function OrganizationForm({ organization }: { organization: Organization }) {
  const form = useForm<OrganizationValues>({
    initialValues: toValues(organization),
    validate: {
      name: (value) => (value.trim() === '' ? 'Enter the name of your clinic.' : null),
      country: (value) =>
        countryName(value) === null ? 'Enter a two-letter country code, such as US or DE.' : null,
    },
  });
  const known = useFollowed(toValues(organization), form);
  const update = useChangeOrganization();
  const save = useSaveForm(form, update, {
    toRequest: (values) => changes(known.current, values),
    saved: () => 'Saved.',
    toValues,
  });

  const moved = movedBy(update.error);

  return (
    <form noValidate onSubmit={save.onSubmit}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
        <TextInput
          label="Clinic name"
          description="The name patients see in their texts"
          required
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Country"
          maxLength={2}
          description={countryName(form.values.country) ?? 'Two-letter code'}
          {...form.getInputProps('country')}
        />
        <TextInput
          label="Public phone"
          type="tel"
          description="Patients see it on their pages and in texts. Leave blank to show the number your receptionist answers."
          {...form.getInputProps('public_phone')}
        />
        <TextInput
          label="Your phone"
          type="tel"
          description="We text you here about the system. Patients never see it."
          {...form.getInputProps('phone')}
        />
        <TimeZoneSelect
          label="Time zone"
          description={spellTimeZone(form.values.time_zone)}
          {...form.getInputProps('time_zone')}
        />
      </SimpleGrid>
      <ZoneQuestion
        moved={moved}
        from={organization.time_zone}
        to={form.values.time_zone}
        busy={save.isSaving}
        onConfirm={() => save.send({ ...changes(known.current, form.values), confirm_time_zone: true })}
        onCancel={update.reset}
      />
      <FormError error={moved === null ? save.error : null} />
      <WithRight
        right="settings.edit"
        otherwise={<p>Only an owner or admin of the clinic can change this.</p>}
      >
        <Group mt="md">
          <Button type="submit" loading={save.isSaving} disabled={!form.isDirty()}>
            Save changes
          </Button>
        </Group>
      </WithRight>
    </form>
  );
}
