/** The token of `Authorization: Bearer <token>`; undefined for another scheme, or without one. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
