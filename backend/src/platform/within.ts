/** `work` took longer than allowed; it may still finish, but its result is ignored. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp';
}

/** What `work` gives, unless it takes too long. @throws {TimeUp} after `timeoutMs`; what `work` throws is passed on. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeUp('too late')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
