import { Button, Group } from '@mantine/core';
import { IconPhoneCheck, IconSend } from '@tabler/icons-react';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { useRight } from '../identity/use-right.ts';
import { useResendText } from './api/resend-text.ts';
import { useSetInformed } from './api/set-informed.ts';
import { isRefused } from './message-view.ts';

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

/** What can be done about a text that did not arrive. */
export function TextActions({ text, who }: Props) {
  const maySend = useRight('messages.send');
  const resend = useResendText({
    onSuccess: () => notifyDone(`Sending the text to ${who} again.`),
    onError: (error) => notifyFailed('We couldn’t send the text again', error),
  });
  const informed = text.informed_at !== null;
  const inform = useSetInformed({
    onError: (error) => notifyFailed('We couldn’t save this', error),
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
          onClick={() => resend.mutate(text.id)}
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
        onClick={() => inform.mutate({ id: text.id, informed: !informed })}
      >
        {informed ? NOT_INFORMED : INFORMED}
      </Button>
    </Group>
  );
}
