import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent, { PointerEventsCheckLevel } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { createQueryClient } from '../lib/api/query-client.ts';
import { theme } from '../lib/theme/theme.ts';
import { UnsavedChanges } from '../lib/ui/unsaved.tsx';

/**
 * Draws a part of the dashboard as the page would: with its theme, its notices, its way of asking the server, and the
 * question about unsaved changes. Its links lead to addresses that show the same part again.
 * @returns the person in front of it, and where they are.
 */
export async function renderScreen(part: ReactNode, { at = '/' } = {}) {
  const queryClient = createQueryClient(
    () => undefined,
    () => undefined,
  );
  const root = createRootRoute({
    component: () => (
      <UnsavedChanges>
        <Outlet />
      </UnsavedChanges>
    ),
  });
  const anywhere = createRoute({ getParentRoute: () => root, path: '$', component: () => part });
  const router = createRouter({
    routeTree: root.addChildren([anywhere]),
    history: createMemoryHistory({ initialEntries: [at] }),
  });
  await router.load();
  render(
    <MantineProvider theme={theme} env="test">
      <Notifications />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const user = userEvent.setup({ delay: null, pointerEventsCheck: PointerEventsCheckLevel.Never });
  return { user, href: () => router.state.location.href };
}
