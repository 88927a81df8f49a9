import type { ConnectionStatus } from '@voxanne/contract';
import type { ToneName } from '../../lib/theme/colors.ts';

const views: Record<ConnectionStatus, { word: string; tone: ToneName; busy?: boolean }> = {
  not_linked: { word: 'Not linked', tone: 'idle' },
  connected: { word: 'Connected', tone: 'ok' },
  expiring: { word: 'Renewing soon', tone: 'ok' },
  refreshing: { word: 'Renewing', tone: 'info', busy: true },
  degraded: { word: 'Degraded', tone: 'warn' },
  reconnect_required: { word: 'Link again', tone: 'bad' },
  insufficient_scope: { word: 'Permission missing', tone: 'bad' },
  revoked: { word: 'Access removed', tone: 'bad' },
};
export const connectionView = (status: ConnectionStatus) => views[status];

/** Whether there is something to test and to unlink. */
export const isLinked = (status: ConnectionStatus) => status !== 'not_linked' && status !== 'revoked';

/** Whether a person has to go through Google's consent (again). */
export const needsLinking = (status: ConnectionStatus) =>
  views[status].tone === 'bad' || status === 'not_linked';
