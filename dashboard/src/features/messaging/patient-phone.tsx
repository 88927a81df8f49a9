import { Skeleton } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ErrorState } from '../../lib/ui/states.tsx';
import { messageQuery } from './api/message.ts';
import { messagesQuery } from './api/messages.ts';
import { phoneQuery } from './api/phone.ts';
import { newestBooking, onItsWay } from './message-view.ts';
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
  const queryClient = useQueryClient();
  const phone = useQuery({ ...phoneQuery(number), enabled: sandbox });
  // The server knows the number's full form; what was typed may lack the country.
  const messages = useInfiniteQuery(
    messagesQuery({ to: sandbox ? (phone.data?.number ?? number) : undefined }),
  );
  const list = messages.data?.messages ?? [];
  const newest = newestBooking(list);
  const detail = useQuery({ ...messageQuery(newest?.id ?? ''), enabled: newest !== undefined });
  const waiting = expecting || onItsWay(list, Date.now());

  useEffect(() => {
    if (!waiting) return;
    const look = setInterval(() => {
      void queryClient.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'phone' || queryKey[0] === 'messages',
      });
    }, POLL_MS);
    return () => clearInterval(look);
  }, [waiting, queryClient]);

  return (
    <>
      {detail.data === undefined ? null : <Milestones message={detail.data} timeZone={timeZone} />}
      {!sandbox ? null : phone.error !== null ? (
        <ErrorState
          title="We couldn’t show the phone"
          error={phone.error}
          stillWorks="Texts are still sent. You can see them under Messages."
          onRetry={() => void phone.refetch()}
        />
      ) : phone.data === undefined ? (
        <Skeleton height={420} radius={40} maw={312} mx="auto" />
      ) : (
        <PhoneFrame number={phone.data.number} clinic={clinic} timeZone={timeZone} texts={phone.data.data} />
      )}
    </>
  );
}
