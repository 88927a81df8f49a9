import { useMutation } from '@tanstack/react-query';
import { ConnectResponse } from '@voxanne/contract';
import { request } from '../../../lib/api/request.ts';

async function linkGoogle(returnTo: string) {
  const { url } = await request(ConnectResponse, '/api/integrations/google/connect', {
    method: 'POST',
    body: { return_to: returnTo },
  });
  window.location.assign(url);
}

/**
 * Leaves this page for Google's consent; Google sends the browser back to it with `?google=...`. It names no change:
 * nothing is linked before the page is opened anew.
 */
export const useLinkGoogle = () => useMutation({ mutationFn: linkGoogle });
