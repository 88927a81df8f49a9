import { useMutation } from '@tanstack/react-query';
import { z } from 'zod';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';

const unlinkGoogle = () => request(z.unknown(), '/api/integrations/google', { method: 'DELETE' });

export const useUnlinkGoogle = (config: MutationConfig<typeof unlinkGoogle> = {}) =>
  useMutation({ ...config, mutationFn: unlinkGoogle, meta: { changes: ['calendar.changed'] } });
