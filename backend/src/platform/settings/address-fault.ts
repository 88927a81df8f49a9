import pg from 'pg';

/** What is wrong with an address, without repeating it, because it contains a password. */
export function addressFault(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(url)) return 'must begin with postgres:// or postgresql://';
  try {
    new pg.Client({ connectionString: url });
    return undefined;
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException;
    if (path !== undefined) return `names the file ${path}, which can’t be read (${code})`;
    if (error instanceof URIError || code === 'ERR_INVALID_URL') {
      return 'is not a valid address, such as postgres://login:password@host:5432/database. In a login or password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25; an address can’t have several hosts';
    }
    return message;
  }
}
