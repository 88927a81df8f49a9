import type { UseFormReturnType } from '@mantine/form';
import { type FormEvent, useRef } from 'react';
import { flushSync } from 'react-dom';
import { type ApiError, asApiError, fieldMessages } from '../api/api-error.ts';
import { notifyDone } from './notify.ts';
import { useUnsaved } from './unsaved.tsx';
import { sameValue } from './use-followed.ts';

interface Mutation<Request, Saved> {
  mutateAsync: (request: Request) => Promise<Saved>;
  isPending: boolean;
  error: Error | null;
}

interface Options<Values, Request, Saved> {
  /** What is sent for what was typed. */
  toRequest: (values: Values) => NoInfer<Request>;
  /** The notice after it, in words. */
  saved?: (saved: Saved) => string;
  /** Once it is saved and nothing is left to lose: usually closes the form. */
  onSaved?: (saved: Saved, request: Request) => void;
  /** For a form that stays open: what it shows of what was saved. */
  toValues?: (saved: Saved) => Values;
  /** What is written under each field, where the form calls fields otherwise than the server. */
  messagesOf?: (error: ApiError) => Record<string, string | undefined>;
  /** Before the first faulty field gets the focus: shows the part of the form that it is in. */
  onFaults?: (fields: string[]) => void;
  /** Whether something would be lost; left out: whether any field was changed. */
  unsaved?: boolean;
}

/**
 * What happens to a form from the button to the answer. A fault of a field is written under it, and the first faulty
 * field gets the focus; every other failure is the `error` to show beside the button. What was changed and not saved is
 * asked about before it is lost.
 */
export function useSaveForm<Values extends object, Request, Saved>(
  form: UseFormReturnType<Values>,
  mutation: Mutation<Request, Saved>,
  options: Options<Values, Request, Saved>,
) {
  const { toRequest, saved, onSaved, toValues, messagesOf = fieldMessages, onFaults, unsaved } = options;
  const settled = useUnsaved(unsaved ?? form.isDirty());
  const element = useRef<HTMLFormElement>(null);
  const isSending = useRef(false);

  const saidAtFields = (error: unknown): boolean => {
    const fields = Object.keys(messagesOf(asApiError(error)));
    return fields.length > 0 && fields.every((field) => field in form.values);
  };

  function showFirst(faults: Record<string, unknown>) {
    const fields = Object.keys(faults);
    if (fields.length === 0) return;
    // A field that is not drawn cannot take the focus.
    if (onFaults !== undefined) flushSync(() => onFaults(fields));
    focusFirst(element.current, fields);
  }

  async function send(request: Request): Promise<void> {
    // The button is disabled when it is drawn next, and a second click may be quicker.
    if (isSending.current) return;
    isSending.current = true;
    const sent = form.getValues();
    const outcome = await mutation
      .mutateAsync(request)
      .then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      )
      .finally(() => {
        isSending.current = false;
      });
    if ('error' in outcome) {
      const messages = messagesOf(asApiError(outcome.error));
      form.setErrors(messages);
      showFirst(messages);
      return;
    }
    const { answer } = outcome;
    if (saved !== undefined) notifyDone(saved(answer));
    if (toValues === undefined) settled();
    else showSaved(toValues(answer), sent);
    onSaved?.(answer, request);
  }

  /** What was typed while it was being saved stays. */
  function showSaved(now: Values, sent: Values) {
    const typed = form.getValues();
    const names = Object.keys(now) as (keyof Values)[];
    const untouched = names.filter((name) => sameValue(typed[name], sent[name]));
    form.setInitialValues(now);
    form.setValues(Object.fromEntries(untouched.map((name) => [name, now[name]])) as Partial<Values>);
  }

  return {
    onSubmit(event: FormEvent<HTMLFormElement>) {
      element.current = event.currentTarget;
      form.onSubmit((values) => void send(toRequest(values)), showFirst)(event);
    },
    /** For a button that sends something else than what "save" would. */
    send: (request: Request) => void send(request),
    isSaving: mutation.isPending,
    /** What the fields don't say. */
    error: mutation.error === null || saidAtFields(mutation.error) ? null : mutation.error,
    /** Nothing is left to lose: for another way out of the form, such as a deletion. */
    settled,
  };
}

const FOCUSABLE = 'input, textarea, select, button';

/** The first of them on the screen, in this form: another one on the page may have fields of the same names. */
function focusFirst(form: HTMLFormElement | null, fields: string[]) {
  const drawn = [...(form?.querySelectorAll<HTMLElement>('[data-path]') ?? [])];
  const first = drawn.find(({ dataset }) => fields.includes(dataset.path ?? ''));
  if (first?.matches(FOCUSABLE)) return first.focus();
  // A group: the part of it that is marked, or its beginning.
  const marked = first?.querySelector<HTMLElement>('[aria-invalid="true"]');
  (marked ?? first?.querySelector<HTMLElement>(FOCUSABLE))?.focus();
}
