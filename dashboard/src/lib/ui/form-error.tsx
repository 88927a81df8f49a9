import { asApiError } from '../api/api-error.ts';
import classes from './states.module.css';

/** A failed submit, in words, beside the button that caused it. */
export function FormError({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const problem = asApiError(error);
  return (
    <div className={classes.error} role="alert">
      <p className={classes.line}>{problem.message}</p>
      {problem.requestId === null ? null : <p className={classes.small}>Request {problem.requestId}</p>}
    </div>
  );
}
