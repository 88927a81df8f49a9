import { queryOptions } from '@tanstack/react-query';
import { ConnectionTest, ConnectResponse, IntegrationList } from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../lib/api/request.ts';

export const integrationsQuery = queryOptions({
  queryKey: ['integrations'],
  queryFn: ({ signal }) => request(IntegrationList, '/api/integrations', { signal }),
});

/** Leaves this page for Google's consent; Google sends the browser back to it with `?google=...`. */
export async function linkGoogle(returnTo: string) {
  const { url } = await request(ConnectResponse, '/api/integrations/google/connect', {
    method: 'POST',
    body: { return_to: returnTo },
  });
  window.location.assign(url);
}

export const testGoogle = () => request(ConnectionTest, '/api/integrations/google/test', { method: 'POST' });

export const unlinkGoogle = () => request(z.unknown(), '/api/integrations/google', { method: 'DELETE' });
