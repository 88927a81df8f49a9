import type { UseFormReturnType } from '@mantine/form';
import { useEffect, useRef } from 'react';

/** Whether two values of a field are the same to a person. */
export const sameValue = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Fields that were not touched follow what another window saved; touched ones are left to the person who types.
 * @param fresh - What the server has now, as values of the form.
 * @returns what was known last, to send only what differs from it.
 */
export function useFollowed<T extends object>(fresh: T, form: UseFormReturnType<T>) {
  const known = useRef(fresh);
  const follow = useRef(form);
  follow.current = form;
  const state = JSON.stringify(fresh);
  useEffect(() => {
    const now = JSON.parse(state) as T;
    const before = known.current;
    if (sameValue(now, before)) return;
    const { values, setInitialValues, setValues } = follow.current;
    const names = Object.keys(now) as (keyof T)[];
    const untouched = names.filter((name) => sameValue(values[name], before[name]));
    known.current = now;
    setInitialValues(now);
    setValues(Object.fromEntries(untouched.map((name) => [name, now[name]])) as Partial<T>);
  }, [state]);
  return known;
}
