import { useQuery } from '@tanstack/react-query';
import { providersQuery } from './api/providers.ts';
import { servicesQuery } from './api/services.ts';
import { ServiceForm } from './service-form.tsx';
import { serviceLine } from './service-values.ts';
import { SettingsList } from './settings-list.tsx';

export function ServicesPage() {
  const services = useQuery(servicesQuery);
  const providers = useQuery(providersQuery);
  const people = providers.data ?? [];
  return (
    <SettingsList
      page="/settings/services"
      title="Services"
      hint="What patients can book, how long it takes, and who provides it."
      heading="What you offer"
      what="the services"
      add="Add a service"
      newTitle="New service"
      items={providers.data && services.data}
      error={services.error ?? providers.error}
      onRetry={() => void Promise.all([services.refetch(), providers.refetch()])}
      rowOf={(service) => ({
        name: service.name,
        facts: serviceLine(service, people),
        isOff: !service.active,
      })}
      form={(service, onDone) => <ServiceForm service={service} providers={people} onDone={onDone} />}
    />
  );
}
