import { Accepted, type PasswordReset } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const resetPassword = (body: PasswordReset) =>
  request(Accepted, '/api/auth/reset-password', { method: 'POST', body });
