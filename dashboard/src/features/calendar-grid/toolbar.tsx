import { ActionIcon, Button, Popover, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { AppointmentStatus } from '@voxanne/contract';
import { statusWord } from '../../lib/ui/appointment-status.ts';
import type { Person } from '../appointments/eligible-providers.ts';
import classes from './calendar.module.css';
import type { CalendarSearch } from './calendar-search.ts';
import { daysOf, dayTitle, shortDay, stepFrom, type View } from './days.ts';

interface Props {
  view: View;
  date: string;
  today: string;
  people: Person[];
  provider: string | undefined;
  status: CalendarSearch['status'];
  isNarrow: boolean;
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

export function Toolbar(props: Props) {
  const { view, date, today, isNarrow, onChange } = props;
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
          className={classes.day}
          aria-label="Go to a day"
          value={date}
          onChange={({ currentTarget: { value } }) => {
            if (value !== '') onChange({ date: value });
          }}
        />
        {isNarrow ? <Folded {...props} /> : null}
      </div>
      <h2 className={classes.period} aria-live="polite">
        {periodTitle(view, date)}
      </h2>
      {isNarrow ? null : (
        <>
          <ViewChoice {...props} />
          <div className={classes.filters}>
            <Filters {...props} />
          </div>
        </>
      )}
    </div>
  );
}

/** On a phone the day itself needs the room: what is chosen seldom waits behind one button. */
function Folded(props: Props) {
  const filtered = props.provider !== undefined || props.status !== undefined;
  return (
    <Popover position="bottom-end" width={260} trapFocus>
      <Popover.Target>
        <ActionIcon
          variant={filtered ? 'light' : 'default'}
          size={36}
          aria-label={filtered ? 'View and filters, filtered' : 'View and filters'}
        >
          <IconAdjustmentsHorizontal size={20} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <ViewChoice {...props} />
          <Filters {...props} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

const ViewChoice = ({ view, onChange }: Props) => (
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
);

function Filters({ people, provider, status, isNarrow, onChange }: Props) {
  // Within the folded choices a list of its own would close them.
  const common = { size: 'sm', allowDeselect: false, comboboxProps: { withinPortal: !isNarrow } } as const;
  return (
    <>
      <Select
        {...common}
        aria-label="Provider"
        data={[
          { value: '', label: 'All providers' },
          ...people.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={provider ?? ''}
        onChange={(value) => onChange({ provider: value || undefined })}
      />
      <Select
        {...common}
        aria-label="Status"
        data={[
          { value: '', label: 'Active' },
          { value: 'all', label: 'All' },
          ...AppointmentStatus.options.map((value) => ({ value, label: statusWord(value) })),
        ]}
        value={status ?? ''}
        onChange={(value) => onChange({ status: (value || undefined) as CalendarSearch['status'] })}
      />
    </>
  );
}
