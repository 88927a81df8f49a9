import { Anchor, Button, Drawer, Group, Stack, Title } from '@mantine/core';
import {
  IconArrowBackUp,
  IconCalendarTime,
  IconCalendarX,
  IconCloudQuestion,
  IconPencil,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Appointment } from '@voxanne/contract';
import { useRef, useState } from 'react';
import { formatDay, formatPhone, formatTime } from '../../lib/format/format.ts';
import { statusWord } from '../../lib/ui/appointment-status.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { useRight } from '../identity/use-right.ts';
import { WithRight } from '../identity/with-right.tsx';
import { TextList } from '../messaging/text-list.tsx';
import { may } from './abilities.ts';
import { appointmentQuery } from './api/appointment.ts';
import classes from './appointment-drawer.module.css';
import { sourceView } from './appointment-view.ts';
import { CancelForm } from './cancel-form.tsx';
import { DetailsForm } from './details-form.tsx';
import type { Person } from './eligible-providers.ts';
import { lookOf, mustLook, UNREAD } from './event-view.ts';
import { MoveForm } from './move-form.tsx';
import { OfferButtons } from './offer-buttons.tsx';
import { StatusButtons } from './status-buttons.tsx';
import { SyncTag } from './sync-tag.tsx';
import { useUndo, useWithdrawText } from './use-changes.ts';

interface Props {
  id: string | undefined;
  people: Person[];
  timeZone: string;
  isOwner: boolean;
  onClose: () => void;
}

export function AppointmentDrawer({ id, people, timeZone, isOwner, onClose }: Props) {
  const { data } = useQuery({ ...appointmentQuery(id ?? ''), enabled: id !== undefined });
  const last = useRef(id);
  if (id !== undefined) last.current = id;
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      size="30rem"
      title={data?.contact.name ?? 'Appointment'}
      // The card that opened it may have moved since: it is looked up by what it shows.
      returnFocus={false}
      onExitTransitionEnd={() =>
        document.querySelector<HTMLElement>(`[data-event="${CSS.escape(last.current ?? '')}"]`)?.focus()
      }
    >
      {id === undefined ? null : (
        <Detail key={id} id={id} people={people} timeZone={timeZone} isOwner={isOwner} />
      )}
    </Drawer>
  );
}

function Detail({ id, ...rest }: { id: string } & Omit<Props, 'id' | 'onClose'>) {
  const { data, error, refetch } = useQuery(appointmentQuery(id));
  if (data === undefined) {
    return error === null ? (
      <LoadingRows rows={4} height={48} label="Loading the appointment" />
    ) : (
      <ErrorState title="We couldn’t load the appointment" error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <Stack gap="lg">
      <Unread item={data} />
      <Facts item={data} timeZone={rest.timeZone} />
      <WithRight right="waitlist.edit">
        {data.status === 'held' ? <OfferButtons item={data} timeZone={rest.timeZone} /> : null}
      </WithRight>
      <WithRight right="appointments.book">
        <UndoLast item={data} timeZone={rest.timeZone} />
      </WithRight>
      <Texts item={data} timeZone={rest.timeZone} />
      <WithRight right="appointments.book">
        <Changes item={data} {...rest} />
      </WithRight>
    </Stack>
  );
}

function Unread({ item }: { item: Appointment }) {
  if (!mustLook(item)) return null;
  return (
    <div className={classes.unread}>
      <IconCloudQuestion size={20} aria-hidden />
      <span>{UNREAD}. Check Google Calendar first.</span>
    </div>
  );
}

function Facts({ item, timeZone }: { item: Appointment; timeZone: string }) {
  const end = Date.parse(item.scheduled_at) + item.duration_minutes * 60_000;
  const { icon, tone } = lookOf(item.status);
  const source = sourceView(item.source);
  return (
    <dl className={classes.facts}>
      <dt>When</dt>
      <dd>
        <strong>{formatDay(item.scheduled_at, timeZone)}</strong>
        <br />
        {formatTime(item.scheduled_at, timeZone)} to {formatTime(end, timeZone)}
      </dd>
      <dt>Service</dt>
      <dd>
        {item.service_name}, {item.duration_minutes} min
      </dd>
      <dt>Provider</dt>
      <dd>{item.provider_name}</dd>
      <dt>Phone</dt>
      <dd>
        {item.contact.phone === null ? (
          'No phone number'
        ) : (
          <Anchor href={`tel:${item.contact.phone}`}>{formatPhone(item.contact.phone)}</Anchor>
        )}
        <br />
        <Anchor
          renderRoot={(props) => <Link {...props} to="/patients" search={{ patient: item.contact.id }} />}
        >
          View patient
        </Anchor>
      </dd>
      <dt>Status</dt>
      <dd>
        <Group gap="xs">
          <StatusTag tone={tone === 'brand' ? 'ok' : tone} icon={icon}>
            {statusWord(item.status)}
          </StatusTag>
          {item.overbooked ? <StatusTag tone="warn">Double-booked</StatusTag> : null}
        </Group>
      </dd>
      <dt>Calendar</dt>
      <dd>
        <SyncTag state={item.sync_state} />
      </dd>
      <dt>Booked by</dt>
      <dd>
        <StatusTag tone="idle" icon={source.icon} plain>
          {source.word}
        </StatusTag>
      </dd>
      {item.notes === null ? null : (
        <>
          <dt>Notes</dt>
          <dd>{item.notes}</dd>
        </>
      )}
    </dl>
  );
}

function Texts({ item, timeZone }: { item: Appointment; timeZone: string }) {
  const withdraw = useWithdrawText();
  const mayWithdraw = useRight('appointments.book');
  return (
    <section aria-labelledby="appointment-texts">
      <Title order={3} id="appointment-texts" className={classes.section}>
        Texts to the patient
      </Title>
      <TextList
        texts={item.texts}
        noTexts={item.contact.no_texts}
        who={item.contact.name}
        timeZone={timeZone}
        busy={withdraw.isPending}
        {...(mayWithdraw && { onDontText: () => withdraw.mutate(item) })}
      />
    </section>
  );
}

function UndoLast({ item, timeZone }: { item: Appointment; timeZone: string }) {
  const undo = useUndo(timeZone);
  if (item.undo_until === null) return null;
  return (
    <div className={classes.undo}>
      <span>
        {item.status === 'cancelled' ? 'Just canceled.' : 'Just changed.'} Can be undone until{' '}
        {formatTime(item.undo_until, timeZone)}.
      </span>
      <Button
        size="sm"
        variant="default"
        leftSection={<IconArrowBackUp size={16} aria-hidden />}
        loading={undo.isPending}
        onClick={() => undo.mutate(item)}
      >
        Undo
      </Button>
    </div>
  );
}

function Changes({ item, people, timeZone, isOwner }: { item: Appointment } & Omit<Props, 'id' | 'onClose'>) {
  const [doing, setDoing] = useState<'move' | 'edit' | 'cancel' | null>(null);
  const done = () => setDoing(null);
  if (doing === 'move' && may(item, 'move')) {
    return <MoveForm appointment={item} {...{ people, timeZone, isOwner }} onDone={done} />;
  }
  if (doing === 'edit' && may(item, 'edit')) {
    return <DetailsForm appointment={item} timeZone={timeZone} isOwner={isOwner} onDone={done} />;
  }
  if (doing === 'cancel' && may(item, 'cancel')) {
    return <CancelForm appointment={item} timeZone={timeZone} onDone={done} />;
  }
  return (
    <>
      <StatusButtons item={item} timeZone={timeZone} />
      <Group>
        {may(item, 'move') ? (
          <Button
            variant="default"
            leftSection={<IconCalendarTime size={18} aria-hidden />}
            onClick={() => setDoing('move')}
          >
            Move
          </Button>
        ) : null}
        {may(item, 'edit') ? (
          <Button
            variant="default"
            leftSection={<IconPencil size={18} aria-hidden />}
            onClick={() => setDoing('edit')}
          >
            Edit
          </Button>
        ) : null}
        {may(item, 'cancel') ? (
          <Button
            variant="light"
            color="red"
            leftSection={<IconCalendarX size={18} aria-hidden />}
            onClick={() => setDoing('cancel')}
          >
            Cancel
          </Button>
        ) : null}
      </Group>
    </>
  );
}
