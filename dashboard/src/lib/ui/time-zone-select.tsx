import { Select, type SelectProps } from '@mantine/core';
import { findTimeZones, timeZoneChoices } from '../format/time-zones.ts';

export function TimeZoneSelect(props: Omit<SelectProps, 'data'>) {
  const choices = timeZoneChoices(props.value ?? '');
  return (
    <Select
      searchable
      allowDeselect={false}
      data={choices}
      filter={({ search, limit }) => findTimeZones(choices, search).slice(0, limit)}
      limit={60}
      maxDropdownHeight={260}
      nothingFoundMessage="No matches. Try a city or a country."
      {...props}
    />
  );
}
