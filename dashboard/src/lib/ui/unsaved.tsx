import { useBlocker } from '@tanstack/react-router';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Confirm } from './confirm.tsx';

interface UnsavedGuard {
  /** Whether typed changes may be lost: true at once when there are none, otherwise the person is asked. */
  mayLeave: () => Promise<boolean>;
  mark: (form: symbol, unsaved: boolean) => void;
}

const Guard = createContext<UnsavedGuard>({ mayLeave: async () => true, mark: () => undefined });

export const useUnsavedGuard = () => useContext(Guard);

/** One guard for every way out: links, Back, a closed drawer, Esc, another provider, a reload. */
export function UnsavedChanges({ children }: { children: ReactNode }) {
  const unsaved = useRef(new Set<symbol>());
  const [question, ask] = useState<{ answer: (leave: boolean) => void } | null>(null);
  const guard = useMemo<UnsavedGuard>(
    () => ({
      mayLeave: () =>
        unsaved.current.size === 0
          ? Promise.resolve(true)
          : new Promise((resolve) => {
              const question = { answer: resolve };
              // After this event: the Esc that asks would close the question as well.
              setTimeout(() =>
                ask((before) => {
                  before?.answer(false);
                  return question;
                }),
              );
            }),
      mark: (form, is) => void (is ? unsaved.current.add(form) : unsaved.current.delete(form)),
    }),
    [],
  );
  useBlocker({
    shouldBlockFn: useCallback(async () => !(await guard.mayLeave()), [guard]),
    enableBeforeUnload: useCallback(() => unsaved.current.size > 0, []),
  });
  function answer(leave: boolean) {
    if (leave) unsaved.current.clear();
    question?.answer(leave);
    ask(null);
  }
  return (
    <Guard value={guard}>
      {children}
      <Confirm
        opened={question !== null}
        title="Discard changes?"
        confirm="Discard"
        cancel="Keep editing"
        busy={false}
        onConfirm={() => answer(true)}
        onCancel={() => answer(false)}
      >
        You have unsaved changes on this page.
      </Confirm>
    </Guard>
  );
}

/** Leaves a form by its own button, and asks first if something was typed. */
export function useAskToLeave(leave: () => void): () => void {
  const { mayLeave } = useUnsavedGuard();
  return () =>
    void mayLeave().then((may) => {
      if (may) leave();
    });
}

/**
 * Says that a form has unsaved changes.
 * @returns to be called when it was saved, before anything closes: what is drawn next would come too late for that.
 */
export function useUnsaved(unsaved: boolean): () => void {
  const { mark } = useUnsavedGuard();
  const [form] = useState(() => Symbol('form'));
  useEffect(() => {
    mark(form, unsaved);
    return () => mark(form, false);
  }, [mark, form, unsaved]);
  return useCallback(() => mark(form, false), [mark, form]);
}
