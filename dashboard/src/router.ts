import type { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import {
  forgotPasswordRoute,
  resetPasswordRoute,
  setUpSecondFactorRoute,
  verifyEmailRoute,
} from './routes/account.ts';
import { appRoute } from './routes/app.ts';
import { calendarRoute } from './routes/calendar.ts';
import { createClinicRoute } from './routes/create-clinic.ts';
import { deliveriesRoute } from './routes/deliveries.ts';
import { healthRoute } from './routes/health.ts';
import { joinRoute } from './routes/join.ts';
import { messagesRoute } from './routes/messages.ts';
import { patientsRoute } from './routes/patients.ts';
import { rootRoute } from './routes/root.ts';
import { settingsRoute } from './routes/settings.ts';
import { setupRoute } from './routes/setup.ts';
import { signInRoute } from './routes/sign-in.ts';
import { signUpRoute } from './routes/sign-up.ts';
import { todayRoute } from './routes/today.ts';
import { PageBroken } from './shell/outside.tsx';

const routeTree = rootRoute.addChildren([
  signUpRoute,
  signInRoute,
  joinRoute,
  createClinicRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  verifyEmailRoute,
  setUpSecondFactorRoute,
  appRoute.addChildren([
    todayRoute,
    calendarRoute,
    patientsRoute,
    messagesRoute,
    setupRoute,
    healthRoute,
    deliveriesRoute,
    settingsRoute,
  ]),
]);

export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree,
    context: { queryClient },
    // Not fetched when it is needed: a network that is gone is one of the failures it shows.
    defaultErrorComponent: PageBroken,
    defaultPreload: 'intent',
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
