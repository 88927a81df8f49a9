import type { SignInRequest } from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../../lib/api/request.ts';

export const signIn = (body: SignInRequest) =>
  request(z.unknown(), '/api/auth/sign-in/email', { method: 'POST', body });
