import type { UseMutationOptions } from '@tanstack/react-query';

/** What a component adds to a verb: what is said afterwards, and what closes. What it changes is the verb's own. */
export type MutationConfigOf<Answer, Input> = Omit<
  UseMutationOptions<Answer, Error, Input>,
  'mutationFn' | 'mutationKey' | 'meta'
>;

export type MutationConfig<Call extends (input: never) => Promise<unknown>> = MutationConfigOf<
  Awaited<ReturnType<Call>>,
  Parameters<Call> extends [] ? void : Parameters<Call>[0]
>;
