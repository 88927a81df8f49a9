import { expect, test } from 'vitest';
import { AppError } from './errors.ts';
import { limitHeaders } from './problem.ts';

const refusal = (wait?: number) =>
  new AppError({
    code: 'TOO_MANY_TEXTS',
    status: 429,
    detail: 'Too many.',
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    quotas: [
      { name: 'hour', quota: 20, windowSeconds: 3_600 },
      { name: 'day', quota: 60, windowSeconds: 86_400 },
    ],
  });

test.each([
  [40, '"hour";r=0;t=40'],
  [3_600, '"hour";r=0;t=3600'],
  [3_601, '"day";r=0;t=3601'],
])('a refusal for %d s names the limit that can make one wait so long', (wait, ratelimit) => {
  expect(limitHeaders(refusal(wait))).toEqual({
    'retry-after': String(wait),
    ratelimit,
    'ratelimit-policy': '"hour";q=20;w=3600, "day";q=60;w=86400',
  });
});

test('what isn’t a refusal for a time has none of these headers', () => {
  expect(limitHeaders(refusal())).toEqual({});
});
