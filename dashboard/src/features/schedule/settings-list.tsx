import { Button, Drawer } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { NoticeBoard } from './notice-board.tsx';
import classes from './schedule.module.css';
import { type Said, useMayChange, useNotices } from './use-notices.ts';

type SettingsPath = '/settings/services' | '/settings/providers' | '/settings/time-off';

interface Row {
  name: string;
  facts: string;
  /** Kept, but it can't be booked. */
  isOff?: boolean;
}

interface Props<Item> {
  page: SettingsPath;
  title: string;
  hint: string;
  /** Over the list. */
  heading: string;
  /** What is listed, as it reads in "We couldn't load the services". */
  what: string;
  add: string;
  newTitle: string;
  /** Undefined until everything that a row or the form shows is known. */
  items: Item[] | undefined;
  error: Error | null;
  onRetry: () => void;
  rowOf: (item: Item) => Row;
  empty?: ReactNode;
  /** @param item - Undefined for a new one. */
  form: (item: Item | undefined, onDone: (said: Said) => void) => ReactNode;
}

/**
 * A page of the settings: what there is in a list, each in a drawer of its own, and what the server had to say about the
 * last change. The address holds which one is open.
 */
export function SettingsList<Item extends { id: string }>(props: Props<Item>) {
  const { page, title, hint, heading, what, add, newTitle, items, error, onRetry, rowOf, empty, form } =
    props;
  const { open } = useSearch({ strict: false });
  const navigate = useNavigate();
  const mayChange = useMayChange();
  const { board, say } = useNotices();
  const shown = items?.find(({ id }) => id === open);
  const isOpen = items !== undefined && (open === 'new' || shown !== undefined);
  const close = () => void navigate({ to: page, search: {}, replace: true, resetScroll: false });
  return (
    <Page title={title} hint={hint} narrow>
      <SettingsNav />
      <NoticeBoard {...board} />
      <Panel title={heading} aside={mayChange ? <AddButton page={page}>{add}</AddButton> : undefined}>
        {items !== undefined ? (
          items.length === 0 && empty !== undefined ? (
            empty
          ) : (
            <ul className={classes.list}>
              {items.map((item) => (
                <li key={item.id} className={classes.item}>
                  <RowLink page={page} id={item.id} {...rowOf(item)} />
                </li>
              ))}
            </ul>
          )
        ) : error === null ? (
          <LoadingRows rows={3} height={56} label={`Loading ${what}`} />
        ) : (
          <ErrorState title={`We couldn’t load ${what}`} error={error} onRetry={onRetry} />
        )}
      </Panel>
      <Drawer
        opened={isOpen}
        onClose={close}
        size="32rem"
        title={shown === undefined ? newTitle : rowOf(shown).name}
      >
        {isOpen ? (
          <Fragment key={open}>
            {form(shown, (said) => {
              say(said);
              close();
            })}
          </Fragment>
        ) : null}
      </Drawer>
    </Page>
  );
}

function RowLink({ page, id, name, facts, isOff = false }: Row & { page: SettingsPath; id: string }) {
  return (
    <Link from={page} to={page} search={{ open: id }} resetScroll={false} className={classes.row}>
      <span className={classes.name}>{name}</span>
      {isOff ? <StatusTag tone="idle">Off</StatusTag> : <span />}
      <span className={classes.facts}>{facts}</span>
    </Link>
  );
}

function AddButton({ page, children }: { page: SettingsPath; children: string }) {
  return (
    <Button
      size="sm"
      leftSection={<IconPlus size={16} aria-hidden />}
      renderRoot={(props) => (
        <Link {...props} from={page} to={page} search={{ open: 'new' }} resetScroll={false} />
      )}
    >
      {children}
    </Button>
  );
}
