import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ErrorState } from '../../lib/ui/states.tsx';
import { newestBooking, onItsWay } from './message-view.ts';
import { messageQuery, messagesQuery, phoneQuery } from './messaging.api.ts';
import { PhoneFrame } from './phone-frame.tsx';
import { Milestones } from './timeline.tsx';

const POLL_MS = 1_000;

interface Props {
  number: string;
  clinic: string;
  timeZone: string;
  sandbox: boolean;
  /** While a text is expected the phone is asked now and then, for the seconds between two events. */
  expecting: boolean;
}

export function PatientPhone({ number, clinic, timeZone, sandbox, expecting }: Props) {
  const messages = useQuery({
    ...messagesQuery(sandbox ? number : undefined),
    refetchInterval: ({ state }) => (expecting || onItsWay(state.data?.data ?? []) ? POLL_MS : false),
  });
  const newest = newestBooking(messages.data?.data ?? []);
  const poll = expecting || onItsWay(messages.data?.data ?? []) ? POLL_MS : false;
  const phone = useQuery({ ...phoneQuery(number), enabled: sandbox, refetchInterval: poll });
  const detail = useQuery({
    ...messageQuery(newest?.id ?? ''),
    enabled: newest !== undefined,
    refetchInterval: poll,
  });

  return (
    <>
      {detail.data === undefined ? null : <Milestones message={detail.data} timeZone={timeZone} />}
      {!sandbox ? null : phone.error !== null ? (
        <ErrorState
          title="The phone cannot be shown"
          error={phone.error}
          stillWorks="Texts are sent all the same; Messages lists them."
          onRetry={() => void phone.refetch()}
        />
      ) : phone.data === undefined ? (
        <Skeleton height={420} radius={40} maw={312} mx="auto" />
      ) : (
        <PhoneFrame number={number} clinic={clinic} timeZone={timeZone} texts={phone.data.data} />
      )}
    </>
  );
}
