import { AppError } from '../platform/errors.ts';
import type { TeamAnswer } from './team.queries.ts';

/** Most of what is refused is a conflict: the people of the clinic aren't as the request assumes. */
const STATUS: Record<string, number> = {
  UNKNOWN_ROLE: 400,
  UNKNOWN_SCOPE: 400,
  EXPIRES_IN_THE_PAST: 400,
  SCOPE_NOT_ALLOWED: 403,
  OWNER_REQUIRED: 403,
  INVITATION_FOR_ANOTHER: 403,
  ORG_NOT_FOUND: 404,
  API_KEY_NOT_FOUND: 404,
  MEMBER_NOT_FOUND: 404,
  INVITATION_NOT_FOUND: 404,
  INVITATION_EXPIRED: 410,
  INVITATION_WITHDRAWN: 410,
  INVITATION_REQUIRED: 403,
  NOT_SIGNED_IN: 401,
  OWNER_LINK_FOR_ANOTHER: 403,
  OWNER_LINK_NOT_FOUND: 404,
  OWNER_LINK_EXPIRED: 410,
  OWNER_LINK_REPLACED: 410,
};

/**
 * What the database answered, if it did what was asked.
 * @throws {AppError} with its code and its words, if not.
 */
export function done<Fields>(answer: TeamAnswer<Fields> | undefined): Fields {
  if (!answer) throw new Error('A function about the team gave no answer.');
  if (answer.success) return answer;
  const { error, message } = answer;
  throw new AppError({ code: error, status: STATUS[error] ?? 409, detail: message });
}
