import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { sessionEnded } from './features/identity/session-end.ts';
import { clinicGone } from './features/organizations/clinic-gone.ts';
import { createQueryClient } from './lib/api/query-client.ts';
import { watchReachability } from './lib/api/reachability.ts';
import { cssVariablesResolver, theme } from './lib/theme/theme.ts';
import { createAppRouter } from './router.ts';
import { OfflineBar } from './shell/offline-bar.tsx';

const colorScheme = localStorageColorSchemeManager({ key: 'voxanne-color-scheme' });
const queryClient = createQueryClient(
  sessionEnded,
  clinicGone,
  () => void router.navigate({ to: '/two-step-sign-in' }),
);
const router: ReturnType<typeof createAppRouter> = createAppRouter(queryClient);
watchReachability();

export function mount(root: HTMLElement | null) {
  if (root === null) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        colorSchemeManager={colorScheme}
        defaultColorScheme="auto"
      >
        <Notifications position="top-center" />
        <OfflineBar />
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
