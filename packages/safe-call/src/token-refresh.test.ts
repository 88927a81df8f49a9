import { describe, expect, it, vi } from 'vitest';
import { createSafeCall } from './create-safe-call.ts';

const unauthorized = () => Object.assign(new Error('unauthorized'), { status: 401 });

/** A service that takes one token, and a store that knows the newest. */
function service() {
  let valid = 'new';
  let stored = 'old';
  return {
    getToken: vi.fn(async () => stored),
    refresh: vi.fn(async (_stale: string) => {
      stored = valid;
    }),
    fn: vi.fn(async (token: string) => {
      if (token !== valid) throw unauthorized();
      return `with ${token}`;
    }),
    store(token: string) {
      stored = token;
    },
    expire() {
      valid = `${valid}+`;
    },
  };
}

describe('withTokenRefresh', () => {
  it('refreshes once and tries once more', async () => {
    const { withTokenRefresh, on } = createSafeCall();
    const { getToken, refresh, fn } = service();
    const refreshed = vi.fn();
    on('token_refreshed', refreshed);
    expect(await withTokenRefresh(getToken, refresh, fn, { key: 'org', name: 'google' })).toBe('with new');
    expect(refresh).toHaveBeenCalledExactlyOnceWith('old');
    expect(refreshed).toHaveBeenCalledExactlyOnceWith({ name: 'google', key: 'org' });
    expect(await withTokenRefresh(getToken, refresh, fn)).toBe('with new');
    expect(refresh).toHaveBeenCalledOnce();
  });

  it('refreshes once for all that wait', async () => {
    const { withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn } = service();
    const calls = Array.from({ length: 20 }, () => withTokenRefresh(getToken, refresh, fn, { key: 'org' }));
    expect(await Promise.all(calls)).toEqual(Array(20).fill('with new'));
    expect(refresh).toHaveBeenCalledOnce();
  });

  it('does not refresh what someone else has refreshed in the meantime', async () => {
    const { withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn, store } = service();
    fn.mockImplementationOnce(async () => {
      store('new');
      throw unauthorized();
    });
    expect(await withTokenRefresh(getToken, refresh, fn, { key: 'org' })).toBe('with new');
    expect(refresh).not.toHaveBeenCalled();
  });

  it('tries exactly once more, and passes other errors through', async () => {
    const { withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn } = service();
    fn.mockImplementation(() => Promise.reject(unauthorized()));
    await expect(withTokenRefresh(getToken, refresh, fn)).rejects.toThrow('unauthorized');
    expect(fn).toHaveBeenCalledTimes(2);
    fn.mockReset().mockRejectedValue(new Error('other'));
    await expect(withTokenRefresh(getToken, refresh, fn)).rejects.toThrow('other');
    expect(fn).toHaveBeenCalledOnce();
  });

  it('does not ask again with a token whose refresh was refused, until there is another', async () => {
    const { withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn, store } = service();
    refresh.mockRejectedValueOnce(new Error('invalid_grant'));
    const run = () => withTokenRefresh(getToken, refresh, fn, { key: 'org' });
    await expect(run()).rejects.toThrow('invalid_grant');
    await expect(run()).rejects.toThrow('invalid_grant');
    expect(refresh).toHaveBeenCalledOnce();
    expect(fn).toHaveBeenCalledOnce();
    store('new');
    expect(await run()).toBe('with new');
  });

  it('asks again when the refresh failed for another reason', async () => {
    const { withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn } = service();
    refresh.mockRejectedValueOnce(new Error('socket hang up'));
    const run = () => withTokenRefresh(getToken, refresh, fn, { key: 'org' });
    await expect(run()).rejects.toThrow('socket hang up');
    expect(await run()).toBe('with new');
  });

  it('holds the lock of the caller around reading and refreshing', async () => {
    const { withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn, store } = service();
    const locked: string[] = [];
    const lock = async <R>(key: string, work: () => Promise<R>) => {
      locked.push(key);
      // Another process had the lock before us and refreshed.
      store('new');
      return work();
    };
    expect(await withTokenRefresh(getToken, refresh, fn, { key: 'org', lock })).toBe('with new');
    expect(locked).toEqual(['org']);
    expect(refresh).not.toHaveBeenCalled();
  });

  it('understands a function that answers with a result', async () => {
    const { safeCall, withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn } = service();
    const result = await withTokenRefresh(getToken, refresh, (token) => safeCall('svc', () => fn(token)));
    expect(result).toMatchObject({ success: true, data: 'with new' });
  });

  it('compares tokens that are objects by what is in them', async () => {
    const { withTokenRefresh } = createSafeCall();
    const { getToken, refresh, fn } = service();
    const getObject = async () => ({ access: await getToken() });
    const result = withTokenRefresh(
      getObject,
      (stale) => refresh(stale.access),
      (token) => fn(token.access),
      { key: 'org' },
    );
    expect(await result).toBe('with new');
    expect(refresh).toHaveBeenCalledOnce();
  });

  it('inside safeCall: AUTH is answered by a refresh and never opens the breaker', async () => {
    const { safeCall, withTokenRefresh, getCircuitBreakerStatus } = createSafeCall();
    const { getToken, refresh, fn, expire } = service();
    for (let n = 0; n < 5; n++) {
      const result = await safeCall('svc', () => withTokenRefresh(getToken, refresh, fn, { key: 'org' }));
      expect(result.success).toBe(true);
      expire();
    }
    expect(refresh).toHaveBeenCalledTimes(5);
    expect(getCircuitBreakerStatus('svc').state).toBe('closed');
  });
});
