import type { Onboarding, OnboardingStepId } from '@voxanne/contract';
import type { CSSProperties } from 'react';
import { clockTone, clockWords, formatClock, RESTS_AFTER_S } from './clock.ts';
import classes from './clock-card.module.css';
import { type StepView, trackShares } from './setup-view.ts';

const RADIUS = 56;
const LENGTH = 2 * Math.PI * RADIUS;

const colors: Record<OnboardingStepId, string> = {
  account: '#8391a5',
  calendar: '#4f5bd5',
  receptionist: '#8a93ea',
  booking: '#12897f',
  text: '#5cc0b4',
};
const segment = (id: OnboardingStepId) => ({ '--segment': colors[id] }) as CSSProperties;

interface Props {
  onboarding: Onboarding;
  steps: StepView[];
  seconds: number;
}

export function ClockCard({ onboarding, steps, seconds }: Props) {
  const target = onboarding.target_seconds;
  const tone = clockTone(seconds, onboarding);
  const shares = trackShares(steps, seconds, target);
  return (
    <section className={classes.card} data-tone={tone} aria-label="Setup clock">
      {seconds < RESTS_AFTER_S ? <Dial seconds={seconds} target={target} /> : null}
      <div>
        <p className={classes.words}>{clockWords(tone, seconds, target)}</p>
        <div className={classes.track} aria-hidden="true">
          {shares.map(({ id, percent }) => (
            <span key={id} className={classes.segment} style={{ ...segment(id), width: `${percent}%` }} />
          ))}
        </div>
        <ul className={classes.splits} aria-label="Time of each step">
          {steps.slice(1).map((step) => (
            <li key={step.id}>
              <span className={classes.dot} style={segment(step.id)} aria-hidden="true" />
              {step.title} <b>{step.split ?? '\u2013'}</b>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Dial({ seconds, target }: { seconds: number; target: number }) {
  const digits = formatClock(seconds);
  return (
    <div className={classes.dial}>
      <svg viewBox="0 0 128 128" fill="none" aria-hidden="true">
        <circle className={classes.ringTrack} cx="64" cy="64" r={RADIUS} strokeWidth="9" />
        <circle
          className={classes.ringFill}
          cx="64"
          cy="64"
          r={RADIUS}
          strokeWidth="9"
          strokeLinecap="round"
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - Math.min(1, seconds / target))}
        />
      </svg>
      <div className={classes.digits} data-long={digits.length > 5 ? '' : undefined}>
        <span role="timer" aria-label="Time since sign-up">
          {digits}
        </span>
        <span className={classes.unit}>of {formatClock(target)}</span>
      </div>
    </div>
  );
}
