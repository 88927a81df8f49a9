import type { RouteOptions } from 'fastify';
import type { ZodType } from 'zod';

/**
 * Who calls a route, and so what counts for it. `client`: programs and the dashboard, by the API document to the
 * letter. `callback` and `webhook`: other services, which add what they like. `page`: a browser, by a link.
 * `file`: programs that fetch an address they were given.
 */
export type RouteKind = 'client' | 'callback' | 'webhook' | 'page' | 'file';

export interface DescribedAnswer {
  description: string;
  /** By media type; none: no body. */
  content?: Record<string, ZodType>;
  /** Name to what it says. */
  headers?: Record<string, string>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A client's unless it says otherwise; anything outside `/api` is a page. */
    kind?: RouteKind;
    /** Only for the API document: what a route reads and answers without an enforced schema. */
    described?: {
      body?: { type: string; schema: ZodType };
      answers?: Record<number | `${number}XX`, DescribedAnswer>;
    };
    /** Its answers hold a secret: compressed next to words of a stranger's choice, its length would reveal it. */
    secret?: boolean;
  }
}

/** The one place that says what kind a route is. */
export function routeKind(route: Pick<RouteOptions, 'url' | 'config'>): RouteKind {
  return route.config?.kind ?? (route.url.startsWith('/api/') ? 'client' : 'page');
}
