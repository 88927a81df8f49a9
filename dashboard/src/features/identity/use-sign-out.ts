import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { notifyFailed } from '../../lib/ui/notify.ts';
import { signOut } from './api/sign-out.ts';

/** Leads to the sign-in, and only then forgets what this person saw. */
export function useSignOut() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: signOut,
    async onSuccess() {
      await navigate({ to: '/sign-in' });
      queryClient.clear();
    },
    onError: (error) => notifyFailed('We couldn’t sign you out', error),
  });
}
