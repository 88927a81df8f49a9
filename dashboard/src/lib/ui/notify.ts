import { notifications } from '@mantine/notifications';
import { asApiError } from '../api/api-error.ts';

const closeButtonProps = { 'aria-label': 'Dismiss' };

export const notifyDone = (message: string) =>
  notifications.show({ message, color: 'brand', withBorder: true, closeButtonProps });

/** Failures stay until they are dismissed: a toast that leaves takes the request id with it. */
export function notifyFailed(title: string, error: unknown) {
  const problem = asApiError(error);
  notifications.show({
    title,
    message:
      problem.requestId === null ? problem.message : `${problem.message} (request ${problem.requestId})`,
    color: 'red',
    autoClose: false,
    withBorder: true,
    closeButtonProps,
  });
}
