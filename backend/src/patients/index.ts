export type { PatientContext } from './patient-context.ts';
export { createPatientLinks } from './patient-links.ts';
export { registerPatientRoutes } from './patients.routes.ts';
