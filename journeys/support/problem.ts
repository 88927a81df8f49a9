import { expect } from 'vitest';
import type { Answer } from './http.ts';

/** A refusal as RFC 9457 wants it, and as a person can read it. */
export function expectProblem(
  answer: Answer,
  status: number | readonly number[],
  code?: string | RegExp,
): void {
  const { body } = answer;
  const words = JSON.stringify(body);
  expect([status].flat(), words).toContain(answer.status);
  expect(answer.type, words).toContain('application/problem+json');
  expect(body, words).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    code: expect.stringMatching(/^(?!FST_)[A-Z][A-Z0-9_]+$/),
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    retryable: expect.any(Boolean),
  });
  if (code !== undefined) expect(body.code, words).toMatch(code);
  // A sentence: it begins like one, ends like one, and shows nothing of the machinery.
  expect(body.detail, words).toMatch(/^["A-Z].{15,}[.!?]?$/s);
  expect(body.detail.trim().split(/\s+/).length, words).toBeGreaterThan(3);
  expect(words).not.toMatch(/\bat \S+\.[jt]s:\d+|select \*|insert into|\bpg_|relation "|node_modules/i);
}
