import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ActionButton } from './action-button.tsx';
import { healthQuery } from './api/health.ts';

/** Where appointments are made and moved, people should know that Google Calendar doesn't get them. */
export function ReconnectBanner() {
  const health = useQuery(healthQuery).data;
  const action = health?.actions.find(({ id }) => id === 'google.reconnect');
  return action === undefined ? null : (
    <Alert color="yellow" variant="light" mb="sm" title={action.problem}>
      <p style={{ marginTop: 0 }}>
        Appointments are saved here and added to Google Calendar as soon as you link it again.
      </p>
      <ActionButton action={action} />
    </Alert>
  );
}
