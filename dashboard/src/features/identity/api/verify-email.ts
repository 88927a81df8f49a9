import { EmailVerified } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

export const verifyEmail = (token: string) =>
  request(EmailVerified, '/api/auth/verify-email', { method: 'POST', body: { token } });
