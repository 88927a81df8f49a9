import { Button, Group, NumberInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { Organization } from '@voxanne/contract';
import { FormError } from '../../lib/ui/form-error.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useChangeOrganization } from './api/change-organization.ts';
import { organizationQuery } from './api/organization.ts';

interface Values {
  requests_per_hour: number | '';
}

const toValues = ({ requests_per_hour: limit }: Organization): Values => ({ requests_per_hour: limit ?? '' });

/** How much all programs of the clinic may ask together. */
export function ClinicLimitPanel() {
  const { data, error, refetch } = useQuery(organizationQuery);
  return (
    <Panel
      title="Limit of the clinic"
      hint="For all its programs together. People at the dashboard don’t count."
    >
      {data !== undefined ? (
        <LimitForm organization={data} />
      ) : error === null ? (
        <LoadingRows rows={1} height={56} label="Loading the limit" />
      ) : (
        <ErrorState title="We couldn’t load the limit" error={error} onRetry={() => void refetch()} />
      )}
    </Panel>
  );
}

function LimitForm({ organization }: { organization: Organization }) {
  const max = organization.max_requests_per_hour;
  const form = useForm<Values>({
    initialValues: toValues(organization),
    validate: {
      requests_per_hour: (limit) =>
        limit === '' || (limit >= 1 && limit <= max)
          ? null
          : `Enter a number from 1 to ${max.toLocaleString('en-US')}, or leave it blank.`,
    },
  });
  useFollowed(toValues(organization), form);
  const save = useSaveForm(form, useChangeOrganization(), {
    toRequest: ({ requests_per_hour: limit }) => ({ requests_per_hour: limit === '' ? null : limit }),
    saved: () => 'Saved.',
    toValues,
  });
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <NumberInput
          label="Requests an hour"
          description={`Blank: what the operator allows, ${max.toLocaleString('en-US')}`}
          size="md"
          maw="20rem"
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('requests_per_hour')}
        />
        <FormError error={save.error} />
        <Group>
          <Button type="submit" loading={save.isSaving} disabled={!form.isDirty()}>
            Save limit
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
