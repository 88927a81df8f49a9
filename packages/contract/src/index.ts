import './words.ts';

export * from './appointments.ts';
export * from './clinic.ts';
export * from './common.ts';
export * from './contacts.ts';
export * from './deliveries.ts';
export * from './events.ts';
export * from './health.ts';
export * from './identity.ts';
export * from './integrations.ts';
export * from './messages.ts';
export * from './onboarding.ts';
export * from './organization.ts';
export * from './problem.ts';
export * from './simulator.ts';
export * from './text.ts';
export * from './waitlist.ts';
export * from './weekly-hours.ts';
