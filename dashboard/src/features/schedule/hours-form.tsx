import { Alert, Button, Group } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Provider } from '@voxanne/contract';
import { useEffect, useRef, useState } from 'react';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useSaveProvider } from './api/save-provider.ts';
import { NoticeBoard } from './notice-board.tsx';
import { useMayChange, useNotices } from './use-notices.ts';
import { WeekEditor } from './week-editor.tsx';
import { faultsOf, toRules, toWeek, type Week } from './week-form.ts';

const rulesText = ({ working_hours, breaks }: Pick<Provider, 'working_hours' | 'breaks'>) =>
  JSON.stringify(toRules(toWeek(working_hours, breaks)));

interface HoursValues {
  week: Week;
}

const valuesOf = ({ working_hours, breaks }: Pick<Provider, 'working_hours' | 'breaks'>): HoursValues => ({
  week: toWeek(working_hours, breaks),
});

/** One provider's week. What was saved elsewhere is shown at once, unless this week is being worked on. */
export function HoursForm({ provider }: { provider: Provider }) {
  const mayChange = useMayChange();
  const { board, say } = useNotices();
  const form = useForm<HoursValues>({
    initialValues: valuesOf(provider),
    validate: { week: (week) => (Object.keys(faultsOf(week)).length > 0 ? 'See the marked days.' : null) },
  });
  const { week } = form.values;
  const [tried, setTried] = useState(false);
  const here = JSON.stringify(toRules(week));
  const there = rulesText(provider);
  const known = useRef(there);
  const [overtaken, setOvertaken] = useState(false);

  const takeTheirs = () => {
    known.current = there;
    form.setValues(valuesOf(provider));
    setOvertaken(false);
    setTried(false);
  };
  const follow = useRef({ here, takeTheirs });
  follow.current = { here, takeTheirs };
  useEffect(() => {
    if (there === known.current) return;
    if (follow.current.here === known.current || follow.current.here === there) follow.current.takeTheirs();
    else setOvertaken(true);
  }, [there]);

  const change = useSaveProvider();
  const save = useSaveForm(form, change, {
    toRequest: (values) => ({ id: provider.id, body: toRules(values.week) }),
    saved: ({ name }) => `Saved the hours for ${name}.`,
    toValues: valuesOf,
    onSaved(saved) {
      known.current = rulesText(saved);
      setOvertaken(false);
      setTried(false);
      say(saved);
    },
    onFaults: () => setTried(true),
    unsaved: here !== known.current,
  });

  return (
    <form noValidate aria-label={`Hours of ${provider.name}`} onSubmit={save.onSubmit}>
      <NoticeBoard {...board} />
      <WeekEditor
        week={week}
        disabled={!mayChange}
        showFaults={tried}
        onChange={(next) => form.setFieldValue('week', next)}
      />
      {overtaken ? (
        <Alert mt="md" color="brand" title="Someone else changed these hours">
          If you save, your version replaces theirs.{' '}
          <Button variant="default" size="compact-sm" mt="xs" onClick={takeTheirs}>
            Show theirs
          </Button>
        </Alert>
      ) : null}
      <FormError error={save.error} />
      {mayChange ? (
        <Group mt="md">
          <Button type="submit" loading={save.isSaving} disabled={here === known.current}>
            Save hours
          </Button>
          {here === known.current ? null : (
            <Button variant="default" onClick={takeTheirs}>
              Discard
            </Button>
          )}
        </Group>
      ) : (
        <p>Only an owner or admin of the clinic can change the hours.</p>
      )}
    </form>
  );
}
