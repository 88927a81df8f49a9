import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useRight } from '../identity/use-right.ts';
import { organizationQuery, updateOrganization } from '../organizations/organizations.api.ts';

const STALE = ['onboarding', 'health'];

/** Lets a clinic say that it doesn't use Google Calendar, and take that back. */
export function CalendarChoice({ uses }: { uses: boolean }) {
  const queryClient = useQueryClient();
  const mayChoose = useRight('settings.edit');
  const choose = useMutation({
    mutationFn: () => updateOrganization({ uses_google_calendar: !uses }),
    onSuccess(saved) {
      queryClient.setQueryData(organizationQuery.queryKey, saved);
      return queryClient.invalidateQueries({
        predicate: ({ queryKey }) => STALE.includes(String(queryKey[0])),
      });
    },
  });
  if (!mayChoose) return null;
  return (
    <>
      <Button variant="default" loading={choose.isPending} onClick={() => choose.mutate()} mod="wraps">
        {uses ? 'I don’t use Google Calendar' : 'I do use Google Calendar'}
      </Button>
      <FormError error={choose.error} />
    </>
  );
}
