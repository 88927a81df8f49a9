import type { UseFormReturnType } from '@mantine/form';

/** After a refused submit the focus is in the first field that has to be fixed. */
export const focusFirst =
  <T extends object>(form: UseFormReturnType<T>) =>
  (errors: Record<string, unknown>) => {
    const [first] = Object.keys(errors);
    if (first !== undefined) form.getInputNode(first)?.focus();
  };
