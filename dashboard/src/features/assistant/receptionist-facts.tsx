import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { formatPhone } from '../../lib/format/format.ts';
import { ErrorState } from '../../lib/ui/states.tsx';
import { useRight } from '../identity/use-right.ts';
import { vapiQuery } from './api/vapi.ts';
import classes from './receptionist-facts.module.css';

/** Which number the receptionist answers, and as which assistant. */
export function ReceptionistFacts() {
  const maySee = useRight('receptionist.manage');
  const { data, error, refetch } = useQuery({ ...vapiQuery, enabled: maySee });
  if (!maySee) return <p>An owner of the clinic sees its number in Settings.</p>;
  if (error !== null) {
    return (
      <ErrorState
        title="We couldn’t load the receptionist’s details"
        error={error}
        stillWorks="Calls are still answered."
        onRetry={() => void refetch()}
      />
    );
  }
  if (data === undefined) return <Skeleton height={44} />;
  return (
    <dl className={classes.facts}>
      <div>
        <dt>Phone number</dt>
        <dd>{data.phone_number === null ? 'Not assigned yet' : formatPhone(data.phone_number)}</dd>
      </div>
      <div>
        <dt>Assistant</dt>
        <dd>{data.assistant_id ?? 'Being created'}</dd>
      </div>
    </dl>
  );
}
