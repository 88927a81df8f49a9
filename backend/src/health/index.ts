export { ping } from './health.queries.ts';
export { registerHealthRoutes } from './health.routes.ts';
export { queueFacts } from './queue.queries.ts';
export { receptionistFacts } from './vapi.queries.ts';
