import type { FastifyRequest } from 'fastify';
import { AppError } from './errors.ts';
import type { HttpServer } from './http.ts';
import { routeKind } from './route-kind.ts';

/** Programs send it along out of habit; whose data it is comes from who asks, so it changes nothing. */
const NEVER_BELIEVED = 'org_id';
const NAMES_IN_ANSWER = 5;
const NAME_LENGTH_IN_ANSWER = 40;

/**
 * A name in the query that a client's route does not know is refused: `?form=2026-12-01` would otherwise answer as if
 * nothing had been asked. After the caller has proved who it is. Other services, browsers and people who follow a link
 * may add what they like.
 */
export function refuseUnknownQueries(server: HttpServer): void {
  server.addHook('onRoute', (route) => {
    if (routeKind(route) !== 'client') return;
    const known = namesOf(route.schema?.querystring);
    const checkQuery = async (request: FastifyRequest) => {
      const unknown = Object.keys(request.query as object).filter(
        (name) => name !== NEVER_BELIEVED && !known.includes(name),
      );
      if (unknown.length > 0) throw unknownParameter(unknown, known);
    };
    route.onRequest = [...[route.onRequest ?? []].flat(), checkQuery];
  });
}

const namesOf = (schema: unknown): string[] => Object.keys((schema as { shape?: object })?.shape ?? {});

function unknownParameter(unknown: string[], known: string[]): AppError {
  const named = unknown.slice(0, NAMES_IN_ANSWER).map((name) => name.slice(0, NAME_LENGTH_IN_ANSWER));
  const what =
    known.length > 0 ? `Known parameters: ${known.join(', ')}.` : 'This address takes no query parameters.';
  return new AppError({
    code: 'UNKNOWN_PARAMETER',
    status: 400,
    detail: `Unknown query parameter${named.length === 1 ? '' : 's'}: ${named.join(', ')}. ${what} Correct the name or leave it out.`,
    extra: { errors: named.map((path) => ({ path, message: `Unknown query parameter. ${what}` })) },
  });
}
