import { ActionIcon, Anchor, Button } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { meQuery } from '../features/identity/api/me.ts';
import { SignInAgain } from '../features/identity/sign-in-again.tsx';
import { useSignOut } from '../features/identity/use-sign-out.ts';
import { ClinicChanged } from '../features/organizations/clinic-changed.tsx';
import { ClinicSwitcher } from '../features/organizations/clinic-switcher.tsx';
import { LiveProvider } from '../lib/live/live-provider.tsx';
import { Logo } from '../lib/ui/logo.tsx';
import { UnsavedChanges, useUnsavedGuard } from '../lib/ui/unsaved.tsx';
import { LivePill } from './live-pill.tsx';
import { ModeChip } from './mode-chip.tsx';
import { Navigation } from './navigation.tsx';
import { SchemeToggle } from './scheme-toggle.tsx';
import classes from './shell.module.css';
import { useGoogleReturn } from './use-google-return.ts';

/** A screen reader follows the page change; the first load keeps its natural focus. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const pathname = useLocation({ select: (location) => location.pathname });
  const previous = useRef(pathname);
  useEffect(() => {
    if (previous.current === pathname) return;
    previous.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}

export const Shell = () => (
  <UnsavedChanges>
    <Frame />
  </UnsavedChanges>
);

function Frame() {
  const { data: me } = useQuery(meQuery);
  useGoogleReturn();
  const main = useFocusOnNavigation();
  const leave = useSignOut();
  const { mayLeave } = useUnsavedGuard();
  const askAndLeave = async () => {
    if (await mayLeave()) leave.mutate();
  };

  return (
    <LiveProvider>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <div className={classes.frame}>
        <header className={classes.rail}>
          <div className={classes.stack}>
            <div className={classes.brand}>
              <Logo size={28} />
              <span className={classes.wordmark}>Voxanne</span>
              <ModeChip />
              <div className={classes.mobileOnly}>
                <SchemeToggle />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="lg"
                  aria-label="Sign out"
                  onClick={() => void askAndLeave()}
                  style={{ color: 'var(--mantine-color-dimmed)' }}
                >
                  <IconLogout size={20} aria-hidden />
                </ActionIcon>
              </div>
              {me === undefined ? null : (
                <div className={classes.clinicBar}>
                  <ClinicSwitcher orgId={me.org_id} name={me.organization.name} onlySeveral />
                </div>
              )}
              <LivePill />
            </div>
            <Navigation />
            <div className={classes.foot}>
              <div>
                {me === undefined ? null : <ClinicSwitcher orgId={me.org_id} name={me.organization.name} />}
                <p className={classes.email} title={me?.email}>
                  {me?.email}
                </p>
                <Anchor href="/docs" size="sm">
                  API reference
                </Anchor>
              </div>
              <div className={classes.tools}>
                <Button
                  size="sm"
                  variant="default"
                  leftSection={<IconLogout size={16} aria-hidden />}
                  loading={leave.isPending}
                  onClick={() => void askAndLeave()}
                >
                  Sign out
                </Button>
                <SchemeToggle />
              </div>
            </div>
          </div>
        </header>
        <main id="main" ref={main} tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      {me === undefined ? null : (
        <>
          <ClinicChanged me={me} />
          <SignInAgain email={me.email} />
        </>
      )}
    </LiveProvider>
  );
}
