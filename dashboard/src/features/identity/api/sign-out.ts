import { z } from 'zod';
import { request } from '../../../lib/api/request.ts';

export const signOut = () => request(z.unknown(), '/api/auth/sign-out', { method: 'POST', body: {} });
