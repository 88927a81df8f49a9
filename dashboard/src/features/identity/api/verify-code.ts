import { z } from 'zod';
import { request } from '../../../lib/api/request.ts';

/** The second step of a sign-in: six digits of the app, or one of the recovery codes. */
export const verifyCode = ({ code, kind }: { code: string; kind: 'app' | 'recovery' }) =>
  request(z.unknown(), `/api/auth/two-factor/${kind === 'app' ? 'verify-totp' : 'verify-backup-code'}`, {
    method: 'POST',
    body: { code },
  });
