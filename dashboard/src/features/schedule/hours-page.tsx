import { Alert, Button, Group, Select } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Provider, ProviderPatch } from '@voxanne/contract';
import { useEffect, useRef, useState } from 'react';
import { FormError } from '../../lib/ui/form-error.tsx';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { NoticeBoard } from './notice-board.tsx';
import { changeProvider, providersQuery } from './schedule.api.ts';
import { useMayChange, useNotices, useRulesChanged } from './use-notices.ts';
import { WeekEditor } from './week-editor.tsx';
import { faultsOf, toRules, toWeek, type Week } from './week-form.ts';

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
          <Hours key={chosen.id} provider={chosen} />
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

const rulesText = ({ working_hours, breaks }: Pick<Provider, 'working_hours' | 'breaks'>) =>
  JSON.stringify(toRules(toWeek(working_hours, breaks)));

interface HoursValues {
  week: Week;
}

const valuesOf = ({ working_hours, breaks }: Pick<Provider, 'working_hours' | 'breaks'>): HoursValues => ({
  week: toWeek(working_hours, breaks),
});

function Hours({ provider }: { provider: Provider }) {
  const mayChange = useMayChange();
  const rulesChanged = useRulesChanged();
  const { board, say } = useNotices();
  const form = useForm<HoursValues>({
    initialValues: valuesOf(provider),
    validate: { week: (week) => (Object.keys(faultsOf(week)).length > 0 ? 'See the marked days.' : null) },
  });
  const { week } = form.values;
  const [tried, setTried] = useState(false);
  const here = JSON.stringify(toRules(week));
  const there = rulesText(provider);
  const known = useRef(there);
  const [overtaken, setOvertaken] = useState(false);

  const takeTheirs = () => {
    known.current = there;
    form.setValues(valuesOf(provider));
    setOvertaken(false);
    setTried(false);
  };
  // What was saved elsewhere is shown at once, unless this week is being worked on.
  const follow = useRef({ here, takeTheirs });
  follow.current = { here, takeTheirs };
  useEffect(() => {
    if (there === known.current) return;
    if (follow.current.here === known.current || follow.current.here === there) follow.current.takeTheirs();
    else setOvertaken(true);
  }, [there]);

  const change = useMutation({
    mutationFn: (patch: ProviderPatch) => changeProvider(provider.id, patch),
    onSuccess: rulesChanged,
  });
  const save = useSaveForm(form, change, {
    toRequest: (values) => toRules(values.week),
    saved: ({ name }) => `Saved the hours for ${name}.`,
    toValues: valuesOf,
    onSaved(saved) {
      known.current = rulesText(saved);
      setOvertaken(false);
      setTried(false);
      say(saved);
    },
    onFaults: () => setTried(true),
    unsaved: here !== known.current,
  });

  return (
    <form noValidate aria-label={`Hours of ${provider.name}`} onSubmit={save.onSubmit}>
      <NoticeBoard {...board} />
      <WeekEditor
        week={week}
        disabled={!mayChange}
        showFaults={tried}
        onChange={(next) => form.setFieldValue('week', next)}
      />
      {overtaken ? (
        <Alert mt="md" color="brand" title="Someone else changed these hours">
          If you save, your version replaces theirs.{' '}
          <Button variant="default" size="compact-sm" mt="xs" onClick={takeTheirs}>
            Show theirs
          </Button>
        </Alert>
      ) : null}
      <FormError error={save.error} />
      {mayChange ? (
        <Group mt="md">
          <Button type="submit" loading={save.isSaving} disabled={here === known.current}>
            Save hours
          </Button>
          {here === known.current ? null : (
            <Button variant="default" onClick={takeTheirs}>
              Discard
            </Button>
          )}
        </Group>
      ) : (
        <p>Only an owner or admin of the clinic can change the hours.</p>
      )}
    </form>
  );
}
