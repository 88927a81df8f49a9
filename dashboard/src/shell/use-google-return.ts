import { getRouteApi, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { googleReturn } from '../features/connections/google-return.ts';
import { ApiError } from '../lib/api/api-error.ts';
import { notifyDone, notifyFailed } from '../lib/ui/notify.ts';

const route = getRouteApi('/app');

/** Says how linking went on whatever page it was started from, once. The Setup page says it in its own step. */
export function useGoogleReturn(): void {
  const { google } = route.useSearch();
  const pathname = useLocation({ select: (location) => location.pathname });
  const navigate = useNavigate();
  useEffect(() => {
    const back = googleReturn(google);
    if (back === null || pathname === '/setup') return;
    if (back.ok) notifyDone(back.text);
    else
      notifyFailed(
        'Google Calendar isn’t linked',
        new ApiError({ status: 0, code: 'NOT_LINKED', message: back.text }),
      );
    void navigate({
      to: '.',
      search: (before) => ({ ...before, google: undefined, reason: undefined }),
      replace: true,
    });
  }, [google, pathname, navigate]);
}
