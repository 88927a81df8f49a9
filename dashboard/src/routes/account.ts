import { createRoute } from '@tanstack/react-router';
import { lazyPage } from '../lib/ui/lazy-page.tsx';
import { rootRoute } from './root.ts';

export const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyPage(() => import('../features/identity/forgot-password-page.tsx'), 'ForgotPasswordPage'),
});

/** The secret of the link is behind the "#", which no server sees; so is the next one's. */
export const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyPage(() => import('../features/identity/reset-password-page.tsx'), 'ResetPasswordPage'),
});

export const verifyEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/verify-email',
  component: lazyPage(() => import('../features/identity/verify-email-page.tsx'), 'VerifyEmailPage'),
});

/** For people of a clinic that requires two steps: all they get until they have set it up. */
export const setUpSecondFactorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/two-step-sign-in',
  component: lazyPage(() => import('../features/account/required-page.tsx'), 'RequiredPage'),
});
