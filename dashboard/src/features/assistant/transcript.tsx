import { Title } from '@mantine/core';
import { IconAlertTriangle, IconPhone, IconTool } from '@tabler/icons-react';
import type { SimulatedCall } from '@voxanne/contract';
import { useEffect, useRef } from 'react';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { callState, spokenResult, toolWords } from './call-view.ts';
import classes from './transcript.module.css';

const speakers = { assistant: 'Receptionist', user: 'Caller' };

function ToolChips({ calls }: { calls: SimulatedCall['tool_calls'] }) {
  if (calls.length === 0) return null;
  return (
    <ul className={classes.tools} aria-label="What the receptionist did">
      {calls.map((call) => (
        <li key={call.id} className={classes.tool} data-state={call.error === null ? 'ok' : 'failed'}>
          <span className={classes.name}>
            {call.error === null ? (
              <IconTool size={16} aria-hidden />
            ) : (
              <IconAlertTriangle size={16} aria-hidden />
            )}
            {toolWords(call.name)}
          </span>
          <span className={classes.ms}>{call.ms === null ? 'running' : `${Math.round(call.ms)} ms`}</span>
          {call.error === null && call.result === null ? null : (
            <span className={classes.result}>{call.error ?? spokenResult(call.result ?? '')}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

export function Transcript({ call }: { call: SimulatedCall | undefined }) {
  const log = useRef<HTMLDivElement>(null);
  const lines = call?.transcript ?? [];
  const { word, running } = callState(call);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what makes it scroll
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [lines.length]);

  return (
    <div className={classes.call}>
      <div className={classes.head}>
        <Title order={3} className={classes.title}>
          The call
        </Title>
        <StatusTag tone={running ? 'info' : 'idle'} icon={IconPhone}>
          {word}
        </StatusTag>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div ref={log} className={classes.log} role="log" aria-label="Transcript" tabIndex={0}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever appended
          <div key={index} className={classes.line} data-role={line.role}>
            <span className={classes.who}>{speakers[line.role]}</span>
            <p className={classes.words}>{line.text}</p>
          </div>
        ))}
      </div>
      <ToolChips calls={call?.tool_calls ?? []} />
      {call?.ended_reason == null ? null : (
        <span className={classes.who}>Ended: {call.ended_reason.replaceAll(/[-_]/g, ' ')}</span>
      )}
    </div>
  );
}
