export { availabilityErrors, freeInstead } from './availability.errors.ts';
export { registerAvailabilityRoutes } from './availability.routes.ts';
export type { AvailabilityContext } from './availability-context.ts';
export { type ClinicRules, rulesFor, staffFor } from './clinic-calendar.ts';
export { findAlternatives, type WantedSlot } from './find-alternatives.ts';
export { findAvailability } from './find-availability.ts';
export { type ClinicRulesOnce, readRulesOnce, rulesIn } from './read-clinic-rules.ts';
export { closedFor, spokenLength } from './reason-details.ts';
export { readSlot, type SlotOffer } from './slot-id.ts';
export {
  type Duty,
  isOnStep,
  mostSpecificReason,
  type Provider,
  type Reason,
  type Rules,
  violatedRule,
  workingWindowsOn,
} from './slot-rules.ts';
