import type { UseFormReturnType } from '@mantine/form';

/** After a refused submit the keyboard stands in the first field that has to be mended. */
export const focusFirst =
  <T extends object>(form: UseFormReturnType<T>) =>
  (errors: Record<string, unknown>) => {
    const [first] = Object.keys(errors);
    if (first !== undefined) form.getInputNode(first)?.focus();
  };
