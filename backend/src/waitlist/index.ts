export { bookOffered } from './book-offered.ts';
export { offerFreedSlot } from './offer-freed-slot.ts';
export { offerStillOpen } from './offer-still-open.ts';
export { answerOffer, findOffer, leaveWaitlist, type OfferRow } from './waitlist.queries.ts';
export { registerWaitlistRoutes } from './waitlist.routes.ts';
