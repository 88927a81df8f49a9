import { Alert, Anchor } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { modeQuery } from './api/mode.ts';

/** Where to look now. In the sandbox no mail leaves this machine. */
export function MailSent({ title, children }: { title: string; children: ReactNode }) {
  const mailbox = useQuery(modeQuery).data?.accounts.mailbox_url;
  return (
    <Alert color="brand" title={title} icon={<IconMail aria-hidden />} role="status">
      {children}
      {typeof mailbox === 'string' ? (
        <>
          {' '}
          This is the sandbox, so no email leaves this computer:{' '}
          <Anchor href={mailbox} target="_blank" rel="noreferrer" underline="always">
            open the simulated mailbox
          </Anchor>
          .
        </>
      ) : null}
    </Alert>
  );
}
