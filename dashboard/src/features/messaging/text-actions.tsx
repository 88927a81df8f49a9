import { Button, Group } from '@mantine/core';
import { IconPhoneCheck, IconSend } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { useRight } from '../identity/use-right.ts';
import { isRefused } from './message-view.ts';
import { resendText, setInformed } from './messaging.api.ts';

interface Props {
  text: {
    id: string;
    status: string;
    resendable: boolean;
    informed_at: string | null;
    replaced_by?: string | null;
  };
  /** The patient's name, for people who hear the buttons and do not see where they are. */
  who: string;
}

const INFORMED = 'Mark as reached by phone';
const NOT_INFORMED = 'Undo: not reached';
const STALE = ['messages', 'appointments', 'contacts'];

/** What can be done about a text that did not arrive. */
export function TextActions({ text, who }: Props) {
  const maySend = useRight('messages.send');
  const queryClient = useQueryClient();
  const onSettled = () =>
    queryClient.invalidateQueries({ predicate: ({ queryKey }) => STALE.includes(String(queryKey[0])) });
  const resend = useMutation({
    mutationFn: () => resendText(text.id),
    onSuccess: () => notifyDone(`Sending the text to ${who} again.`),
    onError: (error) => notifyFailed('We couldn’t send the text again', error),
    onSettled,
  });
  const informed = text.informed_at !== null;
  const inform = useMutation({
    mutationFn: () => setInformed(text.id, !informed),
    onError: (error) => notifyFailed('We couldn’t save this', error),
    onSettled,
  });
  if (!maySend || !isRefused(text.status) || (text.replaced_by ?? null) !== null) return null;
  return (
    <Group gap="xs">
      {text.resendable && !informed ? (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconSend size={14} aria-hidden />}
          loading={resend.isPending}
          aria-label={`Send again: the text to ${who}`}
          onClick={() => resend.mutate()}
        >
          Send again
        </Button>
      ) : null}
      <Button
        variant={informed ? 'default' : 'light'}
        size="xs"
        leftSection={informed ? undefined : <IconPhoneCheck size={14} aria-hidden />}
        loading={inform.isPending}
        aria-label={`${informed ? NOT_INFORMED : INFORMED}: ${who}`}
        onClick={() => inform.mutate()}
      >
        {informed ? NOT_INFORMED : INFORMED}
      </Button>
    </Group>
  );
}
