import type { TestProject } from 'vitest/node';
import { hasBrowser } from './browser.ts';
import { clearAway, startProduct } from './product.ts';

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!hasBrowser) return undefined;
  const product = await startProduct();
  const { url, sandboxUrl } = product;
  project.provide('product', { url, sandboxUrl });
  return () => clearAway(product);
}
