import { RotatedSecret, RotateSecretRequest, VapiIntegration } from '@voxanne/contract';
import type { Connections } from '../connections/index.ts';
import type { HttpServer } from '../platform/http.ts';
import { requireRight, type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { webhookUrl } from './definition.ts';
import type { Provisioning } from './provision.ts';

export interface VapiIntegrationOptions {
  connections: Connections;
  provisioning: Provisioning;
  publicUrl: string;
  tenantResolver: TenantResolver;
}

export function registerVapiIntegrationRoutes(server: HttpServer, options: VapiIntegrationOptions): void {
  const { connections, provisioning, tenantResolver } = options;
  const tags = ['integrations'];

  server.get(
    '/api/integrations/vapi',
    {
      onRequest: [tenantResolver, requireRight('receptionist.manage')],
      schema: {
        tags,
        operationId: 'getVapiIntegration',
        summary: 'The receptionist at Vapi',
        description:
          'The URL that Vapi calls, the last characters of its secret, and the phone number it answers.',
        response: { 200: VapiIntegration },
      },
    },
    async (request) => {
      const { orgId } = tenantOf(request);
      const { secret, previousUntil } = await provisioning.secretOf(orgId);
      const details = (await connections.find(orgId, 'vapi'))?.details ?? {};
      return {
        server_url: webhookUrl(options.publicUrl),
        secret_hint: `...${secret.slice(-4)}`,
        previous_secret_until: previousUntil?.toISOString() ?? null,
        assistant_id: details.assistant_id ?? null,
        phone_number: details.phone_number ?? null,
        org_id: orgId,
      };
    },
  );

  server.post(
    '/api/integrations/vapi/rotate-secret',
    {
      config: { secret: true },
      onRequest: [tenantResolver, requireRight('receptionist.manage')],
      schema: {
        tags,
        operationId: 'rotateVapiSecret',
        summary: 'Make a new secret, shown once, and send it to Vapi',
        description:
          'The previous secret stays valid until Vapi has the new one, and no longer than previous_secret_until; any older secret ends at once. With revoke_now, only the new secret is valid from now on, whether Vapi answers or not: calls fail until Vapi has the new one.',
        body: RotateSecretRequest.nullish(),
        response: { 200: RotatedSecret },
      },
    },
    async (request) => {
      const { orgId } = tenantOf(request);
      const revokeNow = request.body?.revoke_now ?? false;
      const { secret, previousUntil } = await provisioning.rotateSecret(orgId, { revokeNow });
      return { secret, previous_secret_until: previousUntil?.toISOString() ?? null };
    },
  );
}
