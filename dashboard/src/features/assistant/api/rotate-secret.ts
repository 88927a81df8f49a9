import { useMutation } from '@tanstack/react-query';
import { RotatedSecret, type RotateSecretRequest } from '@voxanne/contract';
import type { z } from 'zod';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const rotateSecret = (body: z.input<typeof RotateSecretRequest>) =>
  request(RotatedSecret, '/api/integrations/vapi/rotate-secret', { method: 'POST', body });

export const useRotateSecret = (config: MutationConfig<typeof rotateSecret> = {}) =>
  useMutation({ ...config, mutationFn: rotateSecret, meta: { changes: ['vapi_secret.rotated'] } });
