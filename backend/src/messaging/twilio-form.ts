/** A form body as the signature wants it: a name that repeats has all its values. */
export function readForm(body: unknown): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = {};
  if (!Buffer.isBuffer(body)) return form;
  const params = new URLSearchParams(body.toString('utf8'));
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    Object.defineProperty(form, name, {
      value: values.length === 1 ? values[0] : values,
      enumerable: true,
    });
  }
  return form;
}

/** The first value of a field, with nothing in it that PostgreSQL cannot keep. */
export function field(form: Record<string, string | string[]>, name: string): string | undefined {
  const value = form[name];
  return (Array.isArray(value) ? value[0] : value)?.replaceAll('\u0000', '');
}
