import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconCopy, IconPlus, IconTrash } from '@tabler/icons-react';
import { WEEKDAYS, type Weekday } from '@voxanne/contract';
import classes from './week-editor.module.css';
import {
  added,
  changed,
  copiedToWeekdays,
  DAY_NAMES,
  type DayMessages,
  faultsOf,
  hintsOf,
  type Part,
  removed,
  type Week,
  type Window,
} from './week-form.ts';

interface Props {
  week: Week;
  disabled: boolean;
  /** Faults are shown once a person tried to save; hints at once. */
  showFaults: boolean;
  onChange: (week: Week) => void;
}

export function WeekEditor({ week, disabled, showFaults, onChange }: Props) {
  const faults = showFaults ? faultsOf(week) : {};
  const hints = hintsOf(week);
  return (
    <div data-path="week">
      {WEEKDAYS.map((day) => (
        <DayRow
          key={day}
          day={day}
          week={week}
          disabled={disabled}
          faults={faults[day] ?? {}}
          hints={hints[day] ?? []}
          onChange={onChange}
        />
      ))}
    </div>
  );
}

interface DayProps extends Omit<Props, 'showFaults'> {
  day: Weekday;
  faults: DayMessages;
  hints: string[];
}

function DayRow({ day, week, disabled, faults, hints, onChange }: DayProps) {
  const { windows, breaks } = week[day];
  const name = DAY_NAMES[day];
  const rows = (part: Part, list: Window[]) =>
    list.map((window, index) => (
      <WindowRow
        key={window.id}
        label={`${name}, ${part === 'windows' ? 'hours' : 'break'} ${index + 1}`}
        kind={part === 'windows' ? 'Open' : 'Break'}
        window={window}
        disabled={disabled}
        invalid={faults[part] !== undefined}
        onChange={(change) => onChange(changed(week, day, part, change))}
        onRemove={() => onChange(removed(week, day, part, window.id))}
      />
    ));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a legend cannot be a grid item.
    <div role="group" aria-label={name} className={classes.day}>
      <span className={classes.name}>{name}</span>
      <div className={classes.windows}>
        {windows.length === 0 ? <p className={classes.closed}>Closed</p> : rows('windows', windows)}
        {rows('breaks', breaks)}
        {[...(faults.windows ?? []), ...(faults.breaks ?? [])].map((message) => (
          <p key={message} className={classes.fault} role="alert">
            {message}
          </p>
        ))}
        {hints.map((message) => (
          <p key={message} className={classes.hint}>
            {message}
          </p>
        ))}
        {disabled ? null : (
          <div className={classes.actions}>
            <DayButton
              label={`Add hours on ${name}`}
              text="Hours"
              icon={IconPlus}
              onClick={() => onChange(added(week, day, 'windows'))}
            />
            <DayButton
              label={`Add a break on ${name}`}
              text="Break"
              icon={IconPlus}
              onClick={() => onChange(added(week, day, 'breaks'))}
            />
            <DayButton
              label={`Copy to weekdays from ${name}`}
              text="Copy to weekdays"
              icon={IconCopy}
              onClick={() => onChange(copiedToWeekdays(week, day))}
            />
          </div>
        )}
      </div>
    </div>
  );
}

interface DayButtonProps {
  label: string;
  text: string;
  icon: typeof IconPlus;
  onClick: () => void;
}

const DayButton = ({ label, text, icon: Glyph, onClick }: DayButtonProps) => (
  <Button
    variant="subtle"
    size="compact-sm"
    aria-label={label}
    leftSection={<Glyph size={16} aria-hidden />}
    onClick={onClick}
  >
    {text}
  </Button>
);

interface WindowProps {
  label: string;
  kind: string;
  window: Window;
  disabled: boolean;
  invalid: boolean;
  onChange: (window: Window) => void;
  onRemove: () => void;
}

function WindowRow({ label, kind, window, disabled, invalid, onChange, onRemove }: WindowProps) {
  const field = (end: 'from' | 'to') => (
    <TextInput
      type="time"
      size="sm"
      aria-label={`${label}, ${end}`}
      aria-invalid={invalid}
      disabled={disabled}
      value={window[end]}
      classNames={{ input: classes.time ?? '' }}
      onChange={({ currentTarget: { value } }) => onChange({ ...window, [end]: value })}
    />
  );
  return (
    <div className={classes.window}>
      <span className={classes.kind}>{kind}</span>
      {field('from')}
      <span className={classes.to} aria-hidden>
        to
      </span>
      {field('to')}
      {disabled ? null : (
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Remove ${label}`} onClick={onRemove}>
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
}
