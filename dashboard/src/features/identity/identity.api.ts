import { queryOptions } from '@tanstack/react-query';
import { Me, type SignInRequest, type SignUpRequest } from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../lib/api/request.ts';

const Accepted = z.unknown();

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request(Me, '/api/me', { signal }),
  staleTime: 60_000,
});

export const signUp = (body: SignUpRequest) =>
  request(Accepted, '/api/auth/sign-up/email', { method: 'POST', body });

export const signIn = (body: SignInRequest) =>
  request(Accepted, '/api/auth/sign-in/email', { method: 'POST', body });

export const signOut = () => request(Accepted, '/api/auth/sign-out', { method: 'POST', body: {} });
