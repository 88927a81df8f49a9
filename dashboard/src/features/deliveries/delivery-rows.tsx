import { Button } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { plural } from '../../lib/format/format.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import classes from './deliveries-page.module.css';

type Pages<Entry> = InfiniteData<{ data: Entry[] }> | undefined;

const entriesOf = <Entry,>(pages: Pages<Entry>): Entry[] => pages?.pages.flatMap((page) => page.data) ?? [];

/** "3 deliveries, newest first"; nothing while they load. */
export const newestFirst = <Entry,>(pages: Pages<Entry>, one: string, many: string): string | undefined =>
  pages && entriesOf(pages).length > 0
    ? `${plural(entriesOf(pages).length, one, many)}, newest first`
    : undefined;

interface DeliveryRowsProps<Entry> {
  query: UseInfiniteQueryResult<InfiniteData<{ data: Entry[] }>>;
  loading: string;
  unreadable: string;
  stillWorks: string;
  none: ReactNode;
  row: (entry: Entry) => ReactNode;
}

/** A long list in each of its states, one page after the other. */
export function DeliveryRows<Entry extends { id: string }>({ query, ...shown }: DeliveryRowsProps<Entry>) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  if (data === undefined) {
    return error === null ? (
      <LoadingRows rows={5} height={56} label={shown.loading} />
    ) : (
      <ErrorState
        title={shown.unreadable}
        error={error}
        stillWorks={shown.stillWorks}
        onRetry={() => void refetch()}
      />
    );
  }
  const entries = entriesOf(data);
  if (entries.length === 0) return shown.none;
  return (
    <>
      <ul className={classes.rows}>
        {entries.map((entry) => (
          <li key={entry.id}>{shown.row(entry)}</li>
        ))}
      </ul>
      {hasNextPage ? (
        <Button variant="default" mt="md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older
        </Button>
      ) : null}
    </>
  );
}
