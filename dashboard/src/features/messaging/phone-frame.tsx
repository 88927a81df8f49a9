import { IconBuildingHospital, IconMessage2 } from '@tabler/icons-react';
import type { SimulatedPhone } from '@voxanne/contract';
import { useEffect, useRef } from 'react';
import { formatPhone, formatTime } from '../../lib/format/format.ts';
import classes from './phone-frame.module.css';

interface Props {
  number: string;
  clinic: string;
  timeZone: string;
  texts: SimulatedPhone['data'];
}

export function PhoneFrame({ number, clinic, timeZone, texts }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const last = texts.at(-1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new text is what makes it scroll
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [texts.length]);

  return (
    <section className={classes.phone} aria-label={`Phone of ${formatPhone(number)}`}>
      <div className={classes.screen}>
        <div className={classes.bar} aria-hidden="true">
          <span>{last === undefined ? '9:41' : formatTime(last.at, timeZone)}</span>
          <span>{formatPhone(number)}</span>
        </div>
        <div className={classes.contact}>
          <span className={classes.avatar}>
            <IconBuildingHospital size={20} stroke={1.75} aria-hidden />
          </span>
          {clinic}
        </div>
        {texts.length === 0 ? (
          <p className={classes.quiet}>
            <IconMessage2 size={28} stroke={1.5} aria-hidden />
            No texts yet. The confirmation arrives here after the call.
          </p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          <div ref={list} className={classes.texts} role="log" aria-label="Texts" tabIndex={0}>
            {texts.map((text, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a text delivered twice must be seen twice
              <div key={`${text.sid}-${index}`} className={classes.text}>
                <p className={classes.bubble}>{text.body}</p>
                <span className={classes.when}>{formatTime(text.at, timeZone)}</span>
              </div>
            ))}
          </div>
        )}
      </div>
    </section>
  );
}
