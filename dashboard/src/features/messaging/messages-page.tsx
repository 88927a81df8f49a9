import { Accordion, Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconMessage2, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { MAX_COUNTED, type Message } from '@voxanne/contract';
import { useState } from 'react';
import { formatMoment, formatPhone, plural } from '../../lib/format/format.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { meQuery } from '../identity/api/me.ts';
import { messagesQuery } from './api/messages.ts';
import { MessagePanel } from './message-panel.tsx';
import { headline, kindWords, stateOf } from './message-view.ts';
import classes from './messages-page.module.css';

const SEARCH_AFTER_MS = 250;

export function MessagesPage() {
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), SEARCH_AFTER_MS);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...messagesQuery({ search }),
    placeholderData: keepPreviousData,
  });
  const { messages = [], total = 0 } = data ?? {};
  return (
    <Page title="Messages" hint="Texts to and from patients.">
      {data === undefined ? (
        error === null ? (
          <LoadingRows rows={5} height={64} label="Loading messages" />
        ) : (
          <ErrorState
            title="We couldn’t load the messages"
            error={error}
            stillWorks="Texts are still sent; this page only shows them."
            onRetry={() => void refetch()}
          />
        )
      ) : total === 0 && search === '' && typed === '' ? (
        <Panel title="Texts">
          <EmptyState icon={IconMessage2} title="No texts yet">
            <span>We send the first one when an appointment is booked.</span>
            <Button component={Link} to="/setup" variant="light" mt="xs">
              Open the call panel
            </Button>
          </EmptyState>
        </Panel>
      ) : (
        <Panel
          title="Texts"
          hint={
            total < MAX_COUNTED
              ? plural(total, 'text')
              : `${MAX_COUNTED.toLocaleString('en-US')} texts or more`
          }
          aside={
            <TextInput
              aria-label="Search name or number"
              placeholder="Search name or number"
              type="search"
              size="sm"
              leftSection={<IconSearch size={16} aria-hidden />}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          }
        >
          <Texts messages={messages} timeZone={timeZone} />
          {hasNextPage ? (
            <Button
              variant="default"
              mt="md"
              loading={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              Show older texts
            </Button>
          ) : null}
        </Panel>
      )}
    </Page>
  );
}

const route = getRouteApi('/app/messages');

function Texts({ messages, timeZone }: { messages: Message[]; timeZone: string }) {
  const { message: open } = route.useSearch();
  const navigate = route.useNavigate();
  if (messages.length === 0) return <p>No matching texts.</p>;
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
        const { word, tone, busy } = stateOf(message);
        return (
          <Accordion.Item key={message.id} value={message.id}>
            <Accordion.Control>
              <span className={classes.row}>
                <span className={classes.to}>
                  {headline(message)}
                  <span className={classes.dim}>
                    {message.patient.contacts.length === 0 ? null : `${formatPhone(message.patient.phone)}, `}
                    {kindWords(message.kind)},{' '}
                    <span className={classes.when}>{formatMoment(message.created_at, timeZone)}</span>
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
