import { Problem } from '@voxanne/contract';
import { z } from 'zod';
import { capitalized } from '../format/format.ts';

export interface FieldError {
  field: string;
  message: string;
}

/** One kind of error for the whole dashboard: a sentence for people, and what support needs. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly fields: FieldError[];
  readonly body: unknown;

  constructor(init: {
    message: string;
    status: number;
    code: string;
    requestId?: string | null;
    fields?: FieldError[];
    body?: unknown;
  }) {
    super(init.message);
    this.name = 'ApiError';
    this.status = init.status;
    this.code = init.code;
    this.requestId = init.requestId ?? null;
    this.fields = init.fields ?? [];
    this.body = init.body;
  }
}

export const unreachable = () =>
  new ApiError({
    status: 0,
    code: 'UNREACHABLE',
    message: 'We can’t reach Voxanne. Check that it’s running and that you’re online, then try again.',
  });

/** The network was gone before the request could leave: here it is certain that nothing happened. */
export const offline = () =>
  new ApiError({
    status: 0,
    code: 'OFFLINE',
    message: 'You’re offline, so nothing was loaded or saved. Check your connection, then try again.',
  });

const REFUSED_SIGN_INS = new Set(['INVALID_EMAIL_OR_PASSWORD', 'SIGN_IN_AGAIN']);

/** The session is over. A refused password is a 401 as well, but says nothing about the session. */
export const isSignedOut = (error: ApiError): boolean =>
  error.status === 401 && !REFUSED_SIGN_INS.has(error.code);

export const unexpectedAnswer = (requestId: string | null) =>
  new ApiError({
    status: 0,
    code: 'UNEXPECTED_ANSWER',
    requestId,
    message: 'This page couldn’t read Voxanne’s answer. It may be out of date: reload it, then try again.',
  });

const lastSegment = (path: string) =>
  path
    .split(/[./]/)
    .filter((part) => part !== '')
    .at(-1) ?? '';

/** A proxy in front may answer with a page of its own; then the status has to speak for itself. */
export function fromResponse(status: number, requestId: string | null, body: unknown): ApiError {
  const known = Problem.safeParse(body);
  if (!known.success) {
    const loose = z.object({ message: z.string() }).safeParse(body);
    return new ApiError({
      status,
      code: `HTTP_${status}`,
      requestId,
      body,
      message: loose.success
        ? loose.data.message
        : `Something went wrong on the way to Voxanne (${status}). Please try again.`,
    });
  }
  const problem = known.data;
  return new ApiError({
    status,
    code: problem.code,
    requestId: problem.request_id,
    message: problem.detail,
    body,
    fields: (problem.errors ?? []).map((e) => ({ field: lastSegment(e.path), message: e.message })),
  });
}

/** Refusals that concern one field and come without a list of fields. */
const fieldOfCode: Record<string, string> = {
  INVALID_NAME: 'name',
  INVALID_PHONE: 'phone',
  INVALID_EMAIL: 'email',
};

/**
 * What to write under each field. A refusal of one field is explained better by the sentence of the whole problem.
 * @param fieldOf - The form's name of a field, where the server calls it otherwise.
 */
export function fieldMessages(
  error: ApiError,
  fieldOf: (name: string) => string = (name) => name,
): Record<string, string> {
  const field = fieldOfCode[error.code];
  if (error.fields.length === 0) return field === undefined ? {} : { [field]: error.message };
  const only = error.fields.length === 1 && error.code !== 'VALIDATION_FAILED' ? error.message : null;
  return Object.fromEntries(
    error.fields.map((item) => [fieldOf(item.field), only ?? capitalized(item.message)]),
  );
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({
    status: 0,
    code: 'PAGE_ERROR',
    message: 'Something went wrong on this page. Reload it; everything saved is still there.',
  });
}
