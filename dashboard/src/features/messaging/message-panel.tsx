import { useQuery } from '@tanstack/react-query';
import type { Message } from '@voxanne/contract';
import { formatPhone } from '../../lib/format/format.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { messageQuery } from './api/message.ts';
import { headline } from './message-view.ts';
import classes from './messages-page.module.css';
import { TextActions } from './text-actions.tsx';
import { FullTimeline } from './timeline.tsx';

const channels = { sms: 'SMS', whatsapp: 'WhatsApp' };

export function MessagePanel({ message, timeZone }: { message: Message; timeZone: string }) {
  const { data, error, refetch } = useQuery(messageQuery(message.id));
  return (
    <div className={classes.detail}>
      <div>
        <p className={classes.bubble}>{message.body}</p>
        {message.reason === null ? null : <p className={classes.reason}>{message.reason}</p>}
        <TextActions text={message} who={headline(message)} />
        <dl className={classes.facts}>
          <Fact term="From" value={message.from === null ? null : formatPhone(message.from)} />
          <Fact term="To" value={formatPhone(message.to)} />
          <Fact term="Channel" value={channels[message.channel]} />
          <Fact term="Attempts" value={String(message.attempts)} />
          <Fact term="Carrier ID" value={message.provider_id} />
          <Fact term="Error code" value={message.error_code} />
        </dl>
      </div>
      {error !== null ? (
        <ErrorState title="We couldn’t load the timeline" error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <LoadingRows rows={3} height={22} label="Loading the timeline" />
      ) : (
        <FullTimeline message={data} timeZone={timeZone} />
      )}
    </div>
  );
}

function Fact({ term, value }: { term: string; value: string | null }) {
  return value === null ? null : (
    <div>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
}
