import fastifyHelmet from '@fastify/helmet';
import type { HttpServer } from '../platform/http.ts';

const YEAR_SECONDS = 31_536_000;

/**
 * What browsers are asked to hold every answer to. Patients' pages and the reference page replace the content policy
 * with stricter ones of their own. Mantine writes style elements and attributes, so inline styles are allowed; inline
 * scripts are not.
 */
export async function sendSecurityHeaders(
  server: HttpServer,
  { mode, publicUrl }: { mode: 'sandbox' | 'live'; publicUrl: string },
): Promise<void> {
  await server.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'object-src': ["'none'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'self'"],
        'form-action': ["'self'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    // Of this host alone: what else is under the same domain is not ours to decide about.
    strictTransportSecurity:
      mode === 'live' && publicUrl.startsWith('https:')
        ? { maxAge: YEAR_SECONDS, includeSubDomains: false }
        : false,
  });
}
