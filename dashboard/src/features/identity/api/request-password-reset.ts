import { Accepted, type PasswordResetRequest } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const requestPasswordReset = (body: PasswordResetRequest) =>
  request(Accepted, '/api/auth/request-password-reset', { method: 'POST', body });
