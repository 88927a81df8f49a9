import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ContactStatus, ContactSummary } from '@voxanne/contract';
import { useState } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { meQuery } from '../identity/api/me.ts';
import { WaitlistPanel } from '../waitlist/waitlist-panel.tsx';
import { contactsQuery } from './api/contacts.ts';
import { ContactDrawer } from './contact-drawer.tsx';
import { contactWord, fullName, initials, phoneWords, statusOptions } from './contact-view.ts';
import classes from './contacts-page.module.css';

const route = getRouteApi('/app/patients');

export function ContactsPage() {
  const { find = '', status, patient } = route.useSearch();
  const navigate = route.useNavigate();
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const [typed, setTyped] = useState(find);
  const search = (change: { find?: string | undefined; status?: ContactStatus | undefined }) =>
    void navigate({
      search: (before) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });
  const searchSoon = useDebouncedCallback((text: string) => search({ find: text.trim() || undefined }), 250);
  return (
    <Page title="Patients" hint="Your patients and waitlist.">
      <Stack gap="lg">
        <Panel title="All patients">
          <div className={classes.filters}>
            <TextInput
              aria-label="Find a patient"
              placeholder="Name, phone or email"
              type="search"
              leftSection={<IconSearch size={16} aria-hidden />}
              value={typed}
              maxLength={120}
              onChange={({ currentTarget: { value } }) => {
                setTyped(value);
                searchSoon(value);
              }}
            />
            <Select
              aria-label="Status"
              data={[{ value: '', label: 'All patients' }, ...statusOptions]}
              value={status ?? ''}
              allowDeselect={false}
              onChange={(value) => search({ status: (value || undefined) as ContactStatus | undefined })}
            />
          </div>
          <Contacts find={find} status={status} timeZone={timeZone} />
        </Panel>
        <WaitlistPanel timeZone={timeZone} />
      </Stack>
      <ContactDrawer
        id={patient}
        timeZone={timeZone}
        onClose={() =>
          void navigate({ search: ({ patient: _, ...rest }) => rest, replace: true, resetScroll: false })
        }
      />
    </Page>
  );
}

interface ListProps {
  find: string;
  status: ContactStatus | undefined;
  timeZone: string;
}

function Contacts({ find, status, timeZone }: ListProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    contactsQuery({ find, status }),
  );
  if (data === undefined) {
    return error === null ? (
      <LoadingRows rows={5} height={56} label="Loading patients" />
    ) : (
      <ErrorState
        title="We couldn’t load your patients"
        error={error}
        stillWorks="Calls are still answered and booked; this page only shows them."
        onRetry={() => void refetch()}
      />
    );
  }
  const contacts = data.pages.flatMap((page) => page.data);
  if (contacts.length === 0) return <NoContacts searched={find !== '' || status !== undefined} />;
  return (
    <>
      <ul className={classes.list}>
        {contacts.map((contact) => (
          <Row key={contact.id} contact={contact} timeZone={timeZone} />
        ))}
      </ul>
      {hasNextPage ? (
        <Button
          variant="default"
          mt="md"
          fullWidth
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show more
        </Button>
      ) : null}
    </>
  );
}

function NoContacts({ searched }: { searched: boolean }) {
  return searched ? (
    <p role="status">No matching patients. Try part of the name, or the last digits of the number.</p>
  ) : (
    <EmptyState icon={IconUsers} title="No patients yet">
      <span>Patients show up here once they have an appointment.</span>
      <Button component={Link} to="/setup" variant="light" mt="xs">
        Open the call panel
      </Button>
    </EmptyState>
  );
}

function Row({ contact, timeZone }: { contact: ContactSummary; timeZone: string }) {
  const { word, tone } = contactWord(contact.status);
  return (
    <li className={classes.item}>
      <Link
        from="/patients"
        to="/patients"
        search={(before) => ({ ...before, patient: contact.id })}
        resetScroll={false}
        className={classes.row}
      >
        <span className={classes.circle} aria-hidden>
          {initials(contact.name)}
        </span>
        <span className={classes.who}>
          <span className={classes.name}>{fullName(contact)}</span>
          <span className={classes.dim}>{phoneWords(contact)}</span>
        </span>
        <span className={classes.next}>
          {contact.next_appointment_at === null
            ? 'No upcoming visits'
            : `Next: ${formatMoment(contact.next_appointment_at, timeZone)}`}
        </span>
        <span className={classes.tags}>
          {contact.phone_flag === null ? null : (
            <StatusTag tone="warn" plain>
              Check the number
            </StatusTag>
          )}
          {contact.status === 'active' ? null : (
            <StatusTag tone={tone} plain>
              {word}
            </StatusTag>
          )}
        </span>
      </Link>
    </li>
  );
}
