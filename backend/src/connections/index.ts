export { numberToCall } from './connections.queries.ts';
export { type Connection, type Connections, createConnections } from './connections.ts';
export { googleStatus, registerIntegrationRoutes } from './integrations.routes.ts';
export { createOAuthStates, type OAuthStates } from './oauth-state.ts';
export type { SharedSecret, Writer } from './shared-secrets.ts';
