import { IconBeach } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { dayKey } from '../../lib/format/zoned.ts';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { EmptyState, ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { meQuery } from '../identity/identity.api.ts';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { AddButton } from './add-button.tsx';
import { NoticeBoard } from './notice-board.tsx';
import { providersQuery, timeOffQuery } from './schedule.api.ts';
import classes from './schedule.module.css';
import { RuleDrawer } from './schedule-drawer.tsx';
import { TimeOffForm } from './time-off-form.tsx';
import { spellSpan, whoseWords } from './time-off-view.ts';
import { useMayChange, useNotices } from './use-notices.ts';

const route = getRouteApi('/app/settings/time-off');

export function TimeOffPage() {
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const today = dayKey(Date.now(), timeZone);
  const entries = useQuery(timeOffQuery(today));
  const providers = useQuery(providersQuery);
  const mayChange = useMayChange();
  const { board, say } = useNotices();
  const isReady = entries.data !== undefined && providers.data !== undefined;
  const shown = entries.data?.find(({ id }) => id === open);
  const isOpen = isReady && (open === 'new' || shown !== undefined);
  const close = () => void navigate({ search: {}, replace: true, resetScroll: false });
  const error = entries.error ?? providers.error;
  return (
    <Page
      title="Time off"
      hint="Clinic holidays and provider absences. Patients can’t book during them."
      narrow
    >
      <SettingsNav />
      <NoticeBoard {...board} />
      <Panel
        title="Current and upcoming"
        aside={mayChange ? <AddButton page="/settings/time-off">Add time off</AddButton> : undefined}
      >
        {isReady ? (
          entries.data.length === 0 ? (
            <EmptyState icon={IconBeach} title="No time off">
              <span>Patients can book during all your opening hours, even on public holidays.</span>
            </EmptyState>
          ) : (
            <ul className={classes.list}>
              {entries.data.map((entry) => (
                <li key={entry.id} className={classes.item}>
                  <Link
                    from="/settings/time-off"
                    to="/settings/time-off"
                    search={{ open: entry.id }}
                    resetScroll={false}
                    className={classes.row}
                  >
                    <span className={classes.name}>{entry.title}</span>
                    <span className={classes.facts}>
                      {spellSpan(entry, today)} {'\u00b7'} {whoseWords(entry, providers.data)}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        ) : error === null ? (
          <LoadingRows rows={3} height={56} label="Loading time off" />
        ) : (
          <ErrorState
            title="We couldn’t load time off"
            error={error}
            onRetry={() => void Promise.all([entries.refetch(), providers.refetch()])}
          />
        )}
      </Panel>
      <RuleDrawer opened={isOpen} title={shown?.title ?? 'New time off'} onClose={close}>
        {isOpen ? (
          <TimeOffForm
            key={open}
            entry={shown}
            providers={providers.data}
            today={today}
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
