import { Select, type SelectProps } from '@mantine/core';
import { timeZones } from '../format/time-zones.ts';

export function TimeZoneSelect(props: Omit<SelectProps, 'data'>) {
  return (
    <Select
      searchable
      allowDeselect={false}
      data={timeZones()}
      limit={60}
      maxDropdownHeight={260}
      nothingFoundMessage="No such time zone"
      {...props}
    />
  );
}
