export { bookedService, findService, pickService, serviceOf } from './pick-service.ts';
export { deactivatedProviders } from './providers.queries.ts';
export { requestedErrors } from './requested.errors.ts';
export {
  type ProviderReading,
  type RequestedProvider,
  readProvider,
  withWhom,
} from './requested-provider.ts';
export { registerScheduleRoutes } from './schedule.routes.ts';
export { ServiceFacts } from './service-facts.ts';
export { serviceNameOf } from './services.queries.ts';
export { WorkingHours } from './working-hours.ts';
