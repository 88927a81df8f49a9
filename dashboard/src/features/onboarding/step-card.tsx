import { Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import type { StepView } from './setup-view.ts';
import classes from './step-card.module.css';

export function StepCard({ step, children }: { step: StepView; children?: ReactNode }) {
  const id = `step-${step.id}`;
  return (
    <li className={classes.step} data-status={step.status} data-step={step.id} aria-labelledby={id}>
      <span className={classes.number} aria-hidden="true">
        {step.status === 'done' ? <IconCheck size={20} stroke={2.5} /> : step.number}
      </span>
      <div className={classes.head}>
        <Title order={2} id={id} className={classes.title}>
          {step.title}
        </Title>
        {step.split === null ? null : <span className={classes.time}>{step.split}</span>}
        <StatusTag
          tone={step.tone}
          busy={step.status === 'current' && (step.id === 'receptionist' || step.id === 'text')}
        >
          {step.word}
        </StatusTag>
      </div>
      <div className={classes.body}>{children}</div>
    </li>
  );
}
