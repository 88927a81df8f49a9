import { Joined } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const acceptInvitation = (token: string) =>
  request(Joined, '/api/invitations/accept', { method: 'POST', body: { token } });
