export { offerTimes } from './offer-times.ts';
export { withSaidProvider } from './said-provider.ts';
export {
  type Correction,
  compareWithOffer,
  type SpokenBooking,
  understandSpokenTime,
} from './understand-spoken.ts';
