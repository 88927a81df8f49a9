import { z } from 'zod';
import { Id } from './common.ts';

export const SignUpRequest = z
  .object({
    email: z.email().max(254),
    password: z.string().min(8).max(128),
    name: z.string().trim().min(1).max(120),
    organization_name: z.string().trim().min(1).max(120).optional(),
    phone: z.string().trim().max(32).optional(),
    time_zone: z.string().trim().max(64).optional(),
  })
  .meta({ id: 'SignUpRequest' });
export type SignUpRequest = z.infer<typeof SignUpRequest>;

export const SignInRequest = z
  .object({ email: z.email().max(254), password: z.string().min(1).max(128) })
  .meta({ id: 'SignInRequest' });
export type SignInRequest = z.infer<typeof SignInRequest>;

export const TokenResponse = z.object({ token: z.string() }).meta({ id: 'Token' });

export const Me = z
  .object({
    user_id: Id,
    email: z.string(),
    org_id: Id,
    organization: z.object({ id: Id, name: z.string(), time_zone: z.string() }),
    role: z.enum(['owner', 'admin', 'member']),
    org_source: z.enum(['jwt', 'database']),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;
