import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { AddButton } from './add-button.tsx';
import { NoticeBoard } from './notice-board.tsx';
import { providersQuery, servicesQuery } from './schedule.api.ts';
import classes from './schedule.module.css';
import { RuleDrawer } from './schedule-drawer.tsx';
import { serviceLine } from './service-form.ts';
import { ServiceForm } from './service-form-fields.tsx';
import { useMayChange, useNotices } from './use-notices.ts';

const route = getRouteApi('/app/settings/services');

export function ServicesPage() {
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  const services = useQuery(servicesQuery);
  const providers = useQuery(providersQuery);
  const mayChange = useMayChange();
  const { board, say } = useNotices();
  const shown = services.data?.find(({ id }) => id === open);
  const close = () => void navigate({ search: {}, replace: true, resetScroll: false });
  const error = services.error ?? providers.error;
  const isReady = services.data !== undefined && providers.data !== undefined;
  return (
    <Page title="Services" hint="What patients can book, how long it takes, and who provides it." narrow>
      <SettingsNav />
      <NoticeBoard {...board} />
      <Panel
        title="What you offer"
        aside={mayChange ? <AddButton page="/settings/services">Add a service</AddButton> : undefined}
      >
        {isReady ? (
          <ul className={classes.list}>
            {services.data.map((service) => (
              <li key={service.id} className={classes.item}>
                <Link
                  from="/settings/services"
                  to="/settings/services"
                  search={{ open: service.id }}
                  resetScroll={false}
                  className={classes.row}
                >
                  <span className={classes.name}>{service.name}</span>
                  {service.active ? <span /> : <StatusTag tone="idle">Off</StatusTag>}
                  <span className={classes.facts}>{serviceLine(service, providers.data)}</span>
                </Link>
              </li>
            ))}
          </ul>
        ) : error === null ? (
          <LoadingRows rows={3} height={56} label="Loading the services" />
        ) : (
          <ErrorState
            title="We couldn’t load the services"
            error={error}
            onRetry={() => void Promise.all([services.refetch(), providers.refetch()])}
          />
        )}
      </Panel>
      <RuleDrawer
        opened={isReady && (open === 'new' || shown !== undefined)}
        title={shown?.name ?? 'New service'}
        onClose={close}
      >
        {isReady && (open === 'new' || shown !== undefined) ? (
          <ServiceForm
            key={open}
            service={shown}
            providers={providers.data}
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
