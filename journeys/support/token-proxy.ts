import { createServer } from 'node:http';

/** A proxy between the product and the token endpoint that shortens the life of the tokens. */
export interface TokenProxy {
  url: string;
  /** Seconds that the next tokens claim to live; undefined leaves Google's word. */
  lifeSeconds: number | undefined;
  /** How often a token was renewed through it. */
  renewals: number;
  close(): Promise<void>;
}

export async function startTokenProxy(target: string): Promise<TokenProxy> {
  const proxy: TokenProxy = {
    url: '',
    lifeSeconds: undefined,
    renewals: 0,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    if (body.includes('grant_type=refresh_token')) proxy.renewals += 1;
    try {
      const answer = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': request.headers['content-type'] ?? '' },
        body,
      });
      const json = (await answer.json()) as Record<string, unknown>;
      const changed = answer.ok && proxy.lifeSeconds !== undefined && { expires_in: proxy.lifeSeconds };
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...json, ...changed }));
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  const address = server.address();
  proxy.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/token`;
  return proxy;
}
