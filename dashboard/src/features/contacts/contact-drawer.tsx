import { Alert, Button, Drawer, Group, Stack, Title } from '@mantine/core';
import { IconAlertTriangle, IconMailQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ContactAppointment, ContactDetail, ContactPatch } from '@voxanne/contract';
import type { ReactNode } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { toneInk, toneWash } from '../../lib/theme/theme.ts';
import { appointmentWord } from '../../lib/ui/appointment-status.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { WithRight } from '../identity/with-right.tsx';
import { TextList } from '../messaging/text-list.tsx';
import { useChangeContact } from './api/change-contact.ts';
import { contactQuery } from './api/contact.ts';
import { ContactForm } from './contact-form.tsx';
import { fullName } from './contact-view.ts';
import classes from './contacts-page.module.css';

interface Props {
  id: string | undefined;
  timeZone: string;
  onClose: () => void;
}

export function ContactDrawer({ id, timeZone, onClose }: Props) {
  const { data } = useQuery({ ...contactQuery(id ?? ''), enabled: id !== undefined });
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      size="32rem"
      title={data === undefined ? 'Patient' : fullName(data)}
    >
      {id === undefined ? null : <Contact key={id} id={id} timeZone={timeZone} />}
    </Drawer>
  );
}

function Contact({ id, timeZone }: { id: string; timeZone: string }) {
  const { data, error, refetch } = useQuery(contactQuery(id));
  if (data === undefined) {
    return error === null ? (
      <LoadingRows rows={5} height={56} label="Loading the patient" />
    ) : (
      <ErrorState title="We couldn’t load the patient" error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <Stack gap="lg">
      <WithRight right="patients.edit">
        <Questions contact={data} />
      </WithRight>
      <ContactForm contact={data} />
      <Visits appointments={data.appointments} timeZone={timeZone} />
      <section aria-labelledby="patient-texts">
        <Title order={3} id="patient-texts" fz="1rem" mb="xs">
          Texts
        </Title>
        <TextList texts={data.texts} noTexts={data.no_texts} who={data.name} timeZone={timeZone} />
      </section>
      <AsGiven contact={data} />
    </Stack>
  );
}

/** What a machine noticed and only a person can decide. */
function Questions({ contact }: { contact: ContactDetail }) {
  const decide = useChangeContact({ onSuccess: () => notifyDone('Saved.') });
  const save = (patch: ContactPatch) => decide.mutate({ id: contact.id, patch });
  const { phone_flag, proposed_email: proposed, email_suggestion: suggested } = contact;
  if (phone_flag === null && proposed === null && suggested === null) return null;
  const use = (email: string, text: string) => (
    <Button size="xs" loading={decide.isPending} onClick={() => save({ email })}>
      {text}
    </Button>
  );
  return (
    <Stack gap="sm">
      {phone_flag === null ? null : (
        <Alert
          icon={<IconAlertTriangle size={20} aria-hidden />}
          title="Check the phone number"
          styles={{
            root: { background: toneWash('warn') },
            title: { color: toneInk('warn') },
            icon: { color: toneInk('warn') },
          }}
        >
          No phone company gives out numbers like this one, so texts won’t arrive. Ask for it again.
        </Alert>
      )}
      {proposed === null ? null : (
        <Question
          title="New email address?"
          answers={
            <>
              {use(proposed, 'Use the new one')}
              <Button
                size="xs"
                variant="default"
                loading={decide.isPending}
                onClick={() => save({ proposed_email: null })}
              >
                Keep the old one
              </Button>
            </>
          }
        >
          A recent caller gave <strong>{proposed}</strong>. We have <strong>{contact.email ?? 'none'}</strong>{' '}
          on file.
        </Question>
      )}
      {suggested === null ? null : (
        <Question title="Is the email address right?" answers={use(suggested, 'Use this one')}>
          It may be <strong>{suggested}</strong>.
        </Question>
      )}
      <FormError error={decide.error} />
    </Stack>
  );
}

function Question({ title, answers, children }: { title: string; answers: ReactNode; children: ReactNode }) {
  return (
    <Alert color="brand" icon={<IconMailQuestion size={20} aria-hidden />} title={title}>
      <p className={classes.ask}>{children}</p>
      <Group gap="xs" mt="sm">
        {answers}
      </Group>
    </Alert>
  );
}

function Visits({ appointments, timeZone }: { appointments: ContactAppointment[]; timeZone: string }) {
  return (
    <section aria-labelledby="patient-visits">
      <Title order={3} id="patient-visits" className={classes.section}>
        Appointments
      </Title>
      {appointments.length === 0 ? (
        <p className={classes.dim}>No appointments yet.</p>
      ) : (
        <ul className={classes.visits}>
          {appointments.map((item) => {
            const status = appointmentWord(item.status);
            return (
              <li key={item.id} className={classes.visit}>
                <span>
                  <time dateTime={item.scheduled_at}>{formatMoment(item.scheduled_at, timeZone)}</time>
                  <span className={`${classes.dim} ${classes.line}`}>
                    {item.service_name}, {item.duration_minutes} min, {item.provider_name}
                  </span>
                </span>
                {status === null ? null : <StatusTag tone={status.tone}>{status.word}</StatusTag>}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

function AsGiven({ contact: { name_raw, phone_raw } }: { contact: ContactDetail }) {
  const given = [name_raw, phone_raw].filter((text) => text !== null);
  return given.length === 0 ? null : (
    <p className={classes.dim}>Originally given as {given.map((text) => `\u201c${text}\u201d`).join(', ')}</p>
  );
}
