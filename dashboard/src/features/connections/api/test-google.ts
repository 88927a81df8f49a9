import { useMutation } from '@tanstack/react-query';
import { ConnectionTest } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

const testGoogle = () => request(ConnectionTest, '/api/integrations/google/test', { method: 'POST' });

export const useTestGoogle = () =>
  useMutation({ mutationFn: testGoogle, meta: { changes: ['calendar.tested'] } });
