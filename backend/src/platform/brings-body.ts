import type { IncomingHttpHeaders } from 'node:http';

/** Whether a body follows these headers. */
export const bringsBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
