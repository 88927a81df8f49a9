import { formatMoment, formatTime, plural } from '../../lib/format/format.ts';
import { dayKey } from '../../lib/format/zoned.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import type { Moved } from './organization-form.ts';

interface Props {
  moved: Moved | null;
  from: string;
  to: string;
  busy: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Another time zone does not move appointments, it moves the clock under them: that is seldom what was meant. */
export function ZoneQuestion({ moved, from, to, busy, onConfirm, onCancel }: Props) {
  const then = (at: string) =>
    dayKey(at, from) === dayKey(at, to) ? formatTime(at, to) : formatMoment(at, to);
  return (
    <Confirm
      opened={moved !== null}
      title="Change the time zone?"
      confirm="Change the time zone"
      cancel="Keep the current one"
      busy={busy}
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      {moved === null ? null : (
        <>
          <p>
            {plural(moved.appointments, 'upcoming appointment')} will show at a different time, because the
            clock changes and the appointments don’t move:
          </p>
          <ul>
            {moved.first.map((at) => (
              <li key={at}>
                {formatMoment(at, from)} becomes {then(at)}
              </li>
            ))}
            {moved.appointments > moved.first.length ? (
              <li>and {moved.appointments - moved.first.length} more</li>
            ) : null}
          </ul>
          <p>They could fall outside your opening hours. We won’t text patients about it.</p>
        </>
      )}
    </Confirm>
  );
}
