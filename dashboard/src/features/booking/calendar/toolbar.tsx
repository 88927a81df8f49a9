import { ActionIcon, Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { AppointmentStatus } from '@voxanne/contract';
import classes from './calendar.module.css';
import type { CalendarSearch } from './calendar-search.ts';
import type { Person } from './columns.ts';
import { daysOf, dayTitle, shortDay, stepFrom, type View } from './days.ts';
import { statusWord } from './event-view.ts';

interface Props {
  view: View;
  date: string;
  today: string;
  people: Person[];
  provider: string | undefined;
  status: CalendarSearch['status'];
  onChange: (change: Partial<CalendarSearch>) => void;
}

const stepWords: Record<View, [string, string]> = {
  day: ['Previous day', 'Next day'],
  week: ['Previous week', 'Next week'],
  list: ['Previous seven days', 'Next seven days'],
};

export function periodTitle(view: View, date: string): string {
  const days = daysOf(view, date);
  return view === 'day' ? dayTitle(date) : `${shortDay(days[0] ?? date)} to ${shortDay(days.at(-1) ?? date)}`;
}

export function Toolbar({ view, date, today, people, provider, status, onChange }: Props) {
  const [before, after] = stepWords[view];
  return (
    <div className={classes.toolbar}>
      <div className={classes.travel}>
        <Button
          size="sm"
          px="sm"
          variant="default"
          disabled={date === today}
          onClick={() => onChange({ date: undefined })}
        >
          Today
        </Button>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={before}
          onClick={() => onChange({ date: stepFrom(view, date, -1) })}
        >
          <IconChevronLeft size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={after}
          onClick={() => onChange({ date: stepFrom(view, date, 1) })}
        >
          <IconChevronRight size={20} aria-hidden />
        </ActionIcon>
        <TextInput
          size="sm"
          type="date"
          aria-label="Go to a day"
          value={date}
          onChange={({ currentTarget: { value } }) => {
            if (value !== '') onChange({ date: value });
          }}
        />
      </div>
      <h2 className={classes.period} aria-live="polite">
        {periodTitle(view, date)}
      </h2>
      <SegmentedControl
        size="sm"
        aria-label="View"
        value={view}
        onChange={(value) => onChange({ view: value as View })}
        data={[
          { value: 'day', label: 'Day' },
          { value: 'week', label: 'Week' },
          { value: 'list', label: 'List' },
        ]}
      />
      <div className={classes.filters}>
        <Select
          size="sm"
          aria-label="Provider"
          data={[
            { value: '', label: 'Every provider' },
            ...people.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={provider ?? ''}
          allowDeselect={false}
          onChange={(value) => onChange({ provider: value || undefined })}
        />
        <Select
          size="sm"
          aria-label="Status"
          data={[
            { value: '', label: 'Not cancelled' },
            { value: 'all', label: 'Everything' },
            ...AppointmentStatus.options.map((value) => ({ value, label: statusWord(value) })),
          ]}
          value={status ?? ''}
          allowDeselect={false}
          onChange={(value) => onChange({ status: (value || undefined) as CalendarSearch['status'] })}
        />
      </div>
    </div>
  );
}
