export { answers } from './health.queries.ts';
export { registerHealthRoutes } from './health.routes.ts';
