import { SecondFactorRequired, type SignInRequest } from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../../lib/api/request.ts';

/** @returns whether a code is asked for next; without one, the session is there. */
export async function signIn(body: SignInRequest): Promise<{ needsCode: boolean }> {
  const answer = await request(z.unknown(), '/api/auth/sign-in/email', { method: 'POST', body });
  return { needsCode: SecondFactorRequired.safeParse(answer).success };
}
