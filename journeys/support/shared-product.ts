import { inject } from 'vitest';
import type { Product } from './product.ts';

/** Where a product is, without the means to end it: others are using it too. */
export type Place = Pick<Product, 'url' | 'sandboxUrl'>;

declare module 'vitest' {
  interface ProvidedContext {
    product: Place;
  }
}

/** The product that all journeys in `journeys/shared` use, each with clinics of its own. */
export const theProduct = (): Place => inject('product');
