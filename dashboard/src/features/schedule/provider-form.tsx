import { Anchor, Divider, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Provider } from '@voxanne/contract';
import { useState } from 'react';
import { z } from 'zod';
import { asApiError } from '../../lib/api/api-error.ts';
import { formatMoment } from '../../lib/format/format.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { meQuery } from '../identity/api/me.ts';
import { useDeleteProvider } from './api/delete-provider.ts';
import { useSaveProvider } from './api/save-provider.ts';
import { FormActions } from './form-actions.tsx';
import { ProviderFeed } from './provider-feed.tsx';
import classes from './schedule.module.css';
import { type Said, useMayChange } from './use-notices.ts';
import { weekLine } from './week-form.ts';

interface Values {
  name: string;
  active: boolean;
}

interface Props {
  /** Without one it is a new one. */
  provider: Provider | undefined;
  onDone: (said: Said) => void;
}

export function ProviderForm({ provider, onDone }: Props) {
  const mayChange = useMayChange();
  const stored: Values = { name: provider?.name ?? '', active: provider?.active ?? true };
  const form = useForm<Values>({
    initialValues: stored,
    validate: { name: (value) => (value.trim() === '' ? 'Enter the name patients use.' : null) },
  });
  const known = useFollowed(stored, form);
  const save = useSaveForm(form, useSaveProvider(), {
    toRequest({ name, active }) {
      if (provider === undefined) return { body: { name, active } };
      const was = known.current;
      const changed = {
        ...(name === was.name ? {} : { name }),
        ...(active === was.active ? {} : { active }),
      };
      return { id: provider.id, body: changed };
    },
    saved: ({ name }) => `Saved ${name}.`,
    onSaved: onDone,
  });
  const removal = useRemoval(provider, (notices) => {
    save.settled();
    onDone(notices);
  });

  return (
    <>
      <form noValidate onSubmit={save.onSubmit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            description="The name patients use, such as Dr. Lovelace"
            required
            maxLength={120}
            disabled={!mayChange}
            {...form.getInputProps('name')}
          />
          {provider === undefined ? (
            <p className={classes.dim}>
              Works Monday to Friday, 9 to 5, until you change it under Opening hours.
            </p>
          ) : (
            <div>
              <p className={classes.dim}>{weekLine(provider.working_hours) || 'No opening hours.'}</p>
              <Anchor
                renderRoot={(props) => (
                  <Link {...props} to="/settings/hours" search={{ provider: provider.id }} />
                )}
              >
                Change the opening hours
              </Anchor>
            </div>
          )}
          <Switch
            label="Can be booked"
            disabled={!mayChange}
            {...form.getInputProps('active', { type: 'checkbox' })}
          />
          <FormError error={save.error} />
          <FormActions
            save={provider === undefined ? 'Add provider' : 'Save changes'}
            saving={save.isSaving}
            mayChange={mayChange}
            unchanged={provider !== undefined && !form.isDirty()}
            {...(removal && { remove: removal })}
          />
        </Stack>
      </form>
      {provider === undefined || !mayChange ? null : (
        <>
          <Divider my="lg" />
          <ProviderFeed provider={provider} />
        </>
      )}
    </>
  );
}

const Booked = z.object({
  code: z.literal('HAS_APPOINTMENTS'),
  appointments: z.number(),
  until: z.string(),
});

/** Deleting a provider who has appointments asks a second time. */
function useRemoval(provider: Provider | undefined, onDone: Props['onDone']) {
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const [force, setForce] = useState(false);
  const remove = useDeleteProvider({
    onSuccess(gone) {
      notifyDone(`Deleted ${provider?.name}.`);
      onDone(gone);
    },
    onError: (error) => setForce(asApiError(error).code === 'HAS_APPOINTMENTS'),
  });
  if (provider === undefined) return undefined;
  const booked = Booked.safeParse(remove.error === null ? null : asApiError(remove.error).body).data;
  return {
    label: 'Delete provider',
    ...(booked && { confirm: 'Delete anyway' }),
    question: `Delete ${provider.name}?`,
    explanation: booked
      ? comingWords(booked.appointments, formatMoment(booked.until, timeZone))
      : 'They can’t be booked anymore. Past appointments stay in the records.',
    busy: remove.isPending,
    error: booked ? null : remove.error,
    onConfirm: () => remove.mutate({ id: provider.id, force }),
    onCancel() {
      setForce(false);
      remove.reset();
    },
  };
}

const comingWords = (count: number, until: string): string =>
  count === 1
    ? `One upcoming appointment, on ${until}, stays booked. Keep it, or move it in the calendar.`
    : `${count} upcoming appointments, the last on ${until}, stay booked. Keep them, or move them in the calendar.`;
