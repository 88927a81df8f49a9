import { z } from 'zod';
import { readOrigin } from './addresses.ts';

/** Origins with commas between them, each as a browser writes it in the header Origin. */
export const originList = z.string().transform((text, context) => {
  const origins: string[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const { value, fault } = readOrigin(part);
    if (value !== undefined) origins.push(value);
    else {
      const message =
        part === '*'
          ? '"*" would open the API to every website. List the origins that may use it, separated by commas'
          : fault;
      context.addIssue({ code: 'custom', message: message ?? 'is not a web address' });
    }
  }
  return origins;
});
