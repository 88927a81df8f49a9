import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './lib/api/query-client.ts';
import { cssVariablesResolver, theme } from './lib/theme/theme.ts';
import { createAppRouter } from './router.ts';

const colorScheme = localStorageColorSchemeManager({ key: 'voxanne-color-scheme' });
const queryClient = createQueryClient(() => void leave());
const router = createAppRouter(queryClient);

/** The session ended elsewhere or ran out: ask again, then come back to the same page. */
async function leave() {
  const here = router.state.location;
  if (here.pathname.startsWith('/sign-')) return;
  queryClient.removeQueries({ queryKey: ['me'] });
  await router.navigate({ to: '/sign-in', search: { to: here.href } });
}

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
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
