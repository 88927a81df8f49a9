import { Button } from '@mantine/core';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useRight } from '../identity/use-right.ts';
import { useChangeOrganization } from '../organizations/api/change-organization.ts';

/** Lets a clinic say that it doesn't use Google Calendar, and take that back. */
export function CalendarChoice({ uses }: { uses: boolean }) {
  const mayChoose = useRight('settings.edit');
  const choose = useChangeOrganization();
  if (!mayChoose) return null;
  return (
    <>
      <Button
        variant="default"
        loading={choose.isPending}
        onClick={() => choose.mutate({ uses_google_calendar: !uses })}
        mod="wraps"
      >
        {uses ? 'I don’t use Google Calendar' : 'I do use Google Calendar'}
      </Button>
      <FormError error={choose.error} />
    </>
  );
}
