import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { crossedMark } from './clock.ts';
import { type StepView, stageChange } from './setup-view.ts';

/** Speaks at a change of stage and at 15, 30, 45 and 60 seconds, and is silent otherwise. */
export function Announcer({
  steps,
  seconds,
  running,
}: {
  steps: StepView[];
  seconds: number;
  running: boolean;
}) {
  const [text, setText] = useState('');
  const before = useRef({ steps, seconds });

  useEffect(() => {
    const change = stageChange(before.current.steps, steps);
    const mark = running ? crossedMark(before.current.seconds, seconds) : null;
    before.current = { steps, seconds };
    if (change !== null) setText(change);
    else if (mark !== null) setText(`${mark} seconds.`);
  }, [steps, seconds, running]);

  return (
    <VisuallyHidden>
      <span aria-live="polite">{text}</span>
    </VisuallyHidden>
  );
}
