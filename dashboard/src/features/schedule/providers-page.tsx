import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { AddButton } from './add-button.tsx';
import { NoticeBoard } from './notice-board.tsx';
import { ProviderForm } from './provider-form.tsx';
import { providersQuery } from './schedule.api.ts';
import classes from './schedule.module.css';
import { RuleDrawer } from './schedule-drawer.tsx';
import { useMayChange, useNotices } from './use-notices.ts';
import { weekLine } from './week-form.ts';

const route = getRouteApi('/app/settings/providers');

export function ProvidersPage() {
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(providersQuery);
  const mayChange = useMayChange();
  const { board, say } = useNotices();
  const shown = data?.find(({ id }) => id === open);
  const isOpen = data !== undefined && (open === 'new' || shown !== undefined);
  const close = () => void navigate({ search: {}, replace: true, resetScroll: false });
  return (
    <Page title="Providers" hint="People and rooms patients can book, one appointment at a time." narrow>
      <SettingsNav />
      <NoticeBoard {...board} />
      <Panel
        title="Who can be booked"
        aside={mayChange ? <AddButton page="/settings/providers">Add a provider</AddButton> : undefined}
      >
        {data !== undefined ? (
          <ul className={classes.list}>
            {data.map((provider) => (
              <li key={provider.id} className={classes.item}>
                <Link
                  from="/settings/providers"
                  to="/settings/providers"
                  search={{ open: provider.id }}
                  resetScroll={false}
                  className={classes.row}
                >
                  <span className={classes.name}>{provider.name}</span>
                  {provider.active ? <span /> : <StatusTag tone="idle">Off</StatusTag>}
                  <span className={classes.facts}>
                    {weekLine(provider.working_hours) || 'No opening hours'}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        ) : error === null ? (
          <LoadingRows rows={3} height={56} label="Loading the providers" />
        ) : (
          <ErrorState title="We couldn’t load the providers" error={error} onRetry={() => void refetch()} />
        )}
      </Panel>
      <RuleDrawer opened={isOpen} title={shown?.name ?? 'New provider'} onClose={close}>
        {isOpen ? (
          <ProviderForm
            key={open}
            provider={shown}
            onDone={(words) => {
              say(words);
              close();
            }}
          />
        ) : null}
      </RuleDrawer>
    </Page>
  );
}
