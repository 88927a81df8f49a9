import type { Form } from '../platform/read-body.ts';

/** The first value of a field, with nothing in it that PostgreSQL cannot keep. */
export function field(form: Form, name: string): string | undefined {
  const value = form[name];
  return (Array.isArray(value) ? value[0] : value)?.replaceAll('\u0000', '');
}
