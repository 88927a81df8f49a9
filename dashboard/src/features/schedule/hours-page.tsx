import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { providersQuery } from './api/providers.ts';
import { HoursForm } from './hours-form.tsx';

const route = getRouteApi('/app/settings/hours');

export function HoursPage() {
  const { data, error, refetch } = useQuery(providersQuery);
  const { provider: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = data?.find(({ id }) => id === asked) ?? data?.find(({ active }) => active) ?? data?.[0];
  return (
    <Page title="Opening hours" hint="When each provider can be booked, by the clinic’s clock." narrow>
      <SettingsNav />
      {chosen !== undefined && data !== undefined ? (
        <Panel
          title={data.length > 1 ? 'Week' : chosen.name}
          hint={chosen.active ? undefined : 'Can’t be booked right now.'}
          aside={
            data.length > 1 ? (
              <Select
                aria-label="Provider"
                w={{ base: '100%', xs: '20rem' }}
                data={data.map(({ id, name }) => ({ value: id, label: name }))}
                value={chosen.id}
                allowDeselect={false}
                searchable={data.length > 8}
                onChange={(id) =>
                  void navigate({
                    search: id === null ? {} : { provider: id },
                    replace: true,
                    resetScroll: false,
                  })
                }
              />
            ) : undefined
          }
        >
          <HoursForm key={chosen.id} provider={chosen} />
        </Panel>
      ) : (
        <Panel title="Week">
          {error === null ? (
            <LoadingRows rows={7} height={44} label="Loading the opening hours" />
          ) : (
            <ErrorState
              title="We couldn’t load the opening hours"
              error={error}
              stillWorks="Calls are still answered and booked as usual."
              onRetry={() => void refetch()}
            />
          )}
        </Panel>
      )}
    </Page>
  );
}
