import { useQuery } from '@tanstack/react-query';
import { providersQuery } from './api/providers.ts';
import { ProviderForm } from './provider-form.tsx';
import { SettingsList } from './settings-list.tsx';
import { weekLine } from './week-form.ts';

export function ProvidersPage() {
  const { data, error, refetch } = useQuery(providersQuery);
  return (
    <SettingsList
      page="/settings/providers"
      title="Providers"
      hint="People and rooms patients can book, one appointment at a time."
      heading="Who can be booked"
      what="the providers"
      add="Add a provider"
      newTitle="New provider"
      items={data}
      error={error}
      onRetry={() => void refetch()}
      rowOf={({ name, active, working_hours }) => ({
        name,
        facts: weekLine(working_hours) || 'No opening hours',
        isOff: !active,
      })}
      form={(provider, onDone) => <ProviderForm provider={provider} onDone={onDone} />}
    />
  );
}
