import { RotatedSecret, VapiIntegration } from '@voxanne/contract';
import type { Connections } from '../connections/index.ts';
import { AppError } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { type TenantResolver, tenantOf } from '../tenancy/index.ts';
import { type Provisioning, webhookUrl } from './provision.ts';

export interface VapiIntegrationOptions {
  connections: Connections;
  provisioning: Provisioning;
  publicUrl: string;
  tenantResolver: TenantResolver;
}

export function registerVapiIntegrationRoutes(server: HttpServer, options: VapiIntegrationOptions): void {
  const { connections, provisioning, tenantResolver } = options;
  const tags = ['integrations'];
  const owned = (request: Parameters<typeof tenantOf>[0]) => {
    const tenant = tenantOf(request);
    if (tenant.role !== 'owner') {
      throw new AppError({
        code: 'OWNER_REQUIRED',
        status: 403,
        detail: 'Only the owner of the clinic may see or change how the receptionist signs. Ask them.',
      });
    }
    return tenant;
  };

  server.get(
    '/api/integrations/vapi',
    {
      onRequest: tenantResolver,
      schema: { tags, summary: 'The receptionist at Vapi', response: { 200: VapiIntegration } },
    },
    async (request) => {
      const { orgId } = owned(request);
      const secret = await provisioning.secretOf(orgId);
      const details = (await connections.find(orgId, 'vapi'))?.details ?? {};
      return {
        server_url: webhookUrl(options.publicUrl),
        secret_hint: `...${secret.slice(-4)}`,
        assistant_id: details.assistant_id ?? null,
        phone_number: details.phone_number ?? null,
        org_id: orgId,
      };
    },
  );

  server.post(
    '/api/integrations/vapi/rotate-secret',
    {
      onRequest: tenantResolver,
      schema: {
        tags,
        summary: 'A new secret, shown once; it is written to Vapi',
        response: { 200: RotatedSecret },
      },
    },
    async (request) => ({ secret: await provisioning.rotateSecret(owned(request).orgId) }),
  );
}
