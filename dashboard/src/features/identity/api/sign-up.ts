import type { SignUpRequest } from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../../lib/api/request.ts';

export const signUp = (body: SignUpRequest) =>
  request(z.unknown(), '/api/auth/sign-up/email', { method: 'POST', body });
