import { IconBeach } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { dayKey } from '../../lib/format/zoned.ts';
import { EmptyState } from '../../lib/ui/states.tsx';
import { meQuery } from '../identity/api/me.ts';
import { providersQuery } from './api/providers.ts';
import { timeOffQuery } from './api/time-off.ts';
import { SettingsList } from './settings-list.tsx';
import { TimeOffForm } from './time-off-form.tsx';
import { spellSpan, whoseWords } from './time-off-view.ts';

export function TimeOffPage() {
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const today = dayKey(Date.now(), timeZone);
  const entries = useQuery(timeOffQuery(today));
  const providers = useQuery(providersQuery);
  const people = providers.data ?? [];
  return (
    <SettingsList
      page="/settings/time-off"
      title="Time off"
      hint="Clinic holidays and provider absences. Patients can’t book during them."
      heading="Current and upcoming"
      what="time off"
      add="Add time off"
      newTitle="New time off"
      items={providers.data && entries.data}
      error={entries.error ?? providers.error}
      onRetry={() => void Promise.all([entries.refetch(), providers.refetch()])}
      rowOf={(entry) => ({
        name: entry.title,
        facts: `${spellSpan(entry, today)} \u00b7 ${whoseWords(entry, people)}`,
      })}
      empty={
        <EmptyState icon={IconBeach} title="No time off">
          <span>Patients can book during all your opening hours, even on public holidays.</span>
        </EmptyState>
      }
      form={(entry, onDone) => <TimeOffForm entry={entry} providers={people} today={today} onDone={onDone} />}
    />
  );
}
