import { Accordion, Button, TextInput } from '@mantine/core';
import { IconMessage2, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Message } from '@voxanne/contract';
import { useState } from 'react';
import { formatMoment, formatPhone, plural } from '../../lib/format/format.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { meQuery } from '../identity/identity.api.ts';
import { MessagePanel } from './message-panel.tsx';
import { kindWords, matchesNumber, statusView } from './message-view.ts';
import classes from './messages-page.module.css';
import { messagesQuery } from './messaging.api.ts';

export function MessagesPage() {
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const { data, error, refetch } = useQuery(messagesQuery());
  const [typed, setTyped] = useState('');
  const messages = (data?.data ?? []).filter((message) => matchesNumber(message, typed));
  return (
    <Page title="Messages" hint="Every text, with what became of it.">
      {data === undefined ? (
        error === null ? (
          <LoadingRows rows={5} height={64} label="Loading messages" />
        ) : (
          <ErrorState
            title="The messages could not be read"
            error={error}
            stillWorks="Texts are still sent; this page only shows them."
            onRetry={() => void refetch()}
          />
        )
      ) : data.data.length === 0 ? (
        <Panel title="Texts">
          <EmptyState icon={IconMessage2} title="No texts yet">
            <span>The first one is sent when an appointment is booked.</span>
            <Button component={Link} to="/setup" variant="light" mt="xs">
              Open the call panel
            </Button>
          </EmptyState>
        </Panel>
      ) : (
        <Panel
          title="Texts"
          hint={plural(messages.length, 'text')}
          aside={
            <TextInput
              aria-label="Find a number"
              placeholder="Find a number"
              type="search"
              size="sm"
              leftSection={<IconSearch size={16} aria-hidden />}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          }
        >
          <Texts messages={messages} timeZone={timeZone} />
        </Panel>
      )}
    </Page>
  );
}

const route = getRouteApi('/app/messages');

function Texts({ messages, timeZone }: { messages: Message[]; timeZone: string }) {
  const { message: open } = route.useSearch();
  const navigate = route.useNavigate();
  if (messages.length === 0) return <p>No text went to a number like this.</p>;
  return (
    <Accordion
      value={open ?? null}
      onChange={(value) =>
        void navigate({ search: value === null ? {} : { message: value }, replace: true, resetScroll: false })
      }
      order={3}
      styles={{ control: { paddingInline: 4 }, content: { paddingInline: 4 } }}
    >
      {messages.map((message) => {
        const { word, tone, busy } = statusView(message.status);
        return (
          <Accordion.Item key={message.id} value={message.id}>
            <Accordion.Control>
              <span className={classes.row}>
                <span className={classes.to}>
                  {formatPhone(message.to)}
                  <span className={classes.dim}>
                    {kindWords(message.kind)}, {formatMoment(message.created_at, timeZone)}
                  </span>
                </span>
                <span className={classes.preview}>{message.body}</span>
                <StatusTag tone={tone} busy={busy ?? false}>
                  {word}
                </StatusTag>
              </span>
            </Accordion.Control>
            <Accordion.Panel>
              {message.id === open ? <MessagePanel message={message} timeZone={timeZone} /> : null}
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
}
