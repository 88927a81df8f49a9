import { screen } from '@testing-library/react';
import { type Appointment, Availability, ChangedAppointment, ServiceList } from '@voxanne/contract';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { appointmentWith, exampleOf, listOf, providerWith, serviceWith } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { alertText, button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { MoveForm } from './move-form.tsx';

const ROUTE = 'PATCH /api/appointments/:id';
const ADA = providerWith();
const AT_9 = {
  slot_id: 'slot-9',
  start: '2026-11-23T17:00:00.000Z',
  end: '2026-11-23T17:30:00.000Z',
  provider_id: ADA.id,
  provider_name: ADA.name,
  label: '',
};
const TAKEN = {
  status: 409,
  code: 'SLOT_UNAVAILABLE',
  detail: 'That time is already taken. The closest opening is 9:00 AM.',
  alternatives: [AT_9],
};

interface Props {
  first: Appointment;
  isOwner: boolean;
  onDone: () => void;
}

/** Beside the form, what another person does to the same appointment. */
function Opened({ first, isOwner, onDone }: Props) {
  const [appointment, set] = useState(first);
  return (
    <>
      <button type="button" onClick={() => set({ ...appointment, version: appointment.version + 1 })}>
        Somewhere else
      </button>
      <MoveForm
        appointment={appointment}
        people={[ADA]}
        timeZone="America/Los_Angeles"
        isOwner={isOwner}
        onDone={onDone}
      />
    </>
  );
}

async function openForm({ isOwner = false, ...change }: Partial<Appointment> & { isOwner?: boolean } = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T15:00:00Z') });
  const server = startFakeServer();
  server.answers('GET /api/services', ServiceList, listOf(serviceWith()));
  server.answers('GET /api/availability', Availability, { slots: [AT_9], reasons: [] });
  server.answers(ROUTE, ChangedAppointment, exampleOf(ChangedAppointment, { scheduled_at: AT_9.start }));
  const onDone = vi.fn();
  const { user } = await renderScreen(
    <Opened first={appointmentWith(change)} isOwner={isOwner} onDone={onDone} />,
  );
  return { server, user, onDone };
}

test('an appointment moves to a free time, and the notice says where', async () => {
  const { server, user, onDone } = await openForm();
  expect(document.activeElement).toBe(field('Day'));
  await user.click(await screen.findByRole('radio', { name: /9:00/ }));
  await user.click(button('Move appointment'));
  await screen.findByText(/Moved Maria Lopez to Mon, Nov 23/);
  expect(onDone).toHaveBeenCalledOnce();
  expect(server.sentTo(ROUTE)).toEqual([
    { scheduled_at: AT_9.start, provider_id: ADA.id, notify: true, version: 1, notify_after_s: 10 },
  ]);
});

test('a time that is typed counts before the one that was chosen', async () => {
  const { server, user, onDone } = await openForm();
  await user.click(await screen.findByRole('radio', { name: /9:00/ }));
  await user.type(field('Other time'), '13:20');
  await user.type(field('Reason (optional)'), 'Asked for it');
  await user.click(screen.getByRole('checkbox', { name: 'Text the patient the new time' }));
  await user.click(button('Move appointment'));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE)).toMatchObject([
    { scheduled_at: '2026-11-23T21:20:00.000Z', reason: 'Asked for it', notify: false },
  ]);
});

test('without a time it asks for one', async () => {
  const { server, user } = await openForm();
  await screen.findByRole('radio', { name: /9:00/ });
  await user.click(button('Move appointment'));
  screen.getByText('Choose a free time, or type one.');
  expect(document.activeElement).toBe(field('Other time'));
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('a time that the clocks skip is refused before it is sent', async () => {
  const { server, user } = await openForm({ scheduled_at: '2027-03-14T18:00:00.000Z' });
  await user.type(field('Other time'), '02:30');
  await user.click(button('Move appointment'));
  screen.getByText('The clocks change that day, so this time doesn’t exist. Choose another one.');
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('a time that is taken is answered with free ones', async () => {
  const { server, user, onDone } = await openForm();
  server.refuses(ROUTE, TAKEN);
  await user.type(field('Other time'), '13:20');
  await user.click(button('Move appointment'));
  expect(await alertText()).toBe('That time is already taken. Nothing changed. These times are free:');
  server.answers(ROUTE, ChangedAppointment, exampleOf(ChangedAppointment));
  await user.click(button(/Move to Mon, Nov 23.*9:00.*Dr\. Ada/));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE).at(-1)).toMatchObject({ scheduled_at: AT_9.start });
});

test('outside working hours it moves only on purpose', async () => {
  const { server, user } = await openForm();
  server.refuses(ROUTE, { status: 409, code: 'OUTSIDE_HOURS', detail: 'Dr. Ada is not there then.' });
  await user.type(field('Other time'), '20:00');
  await user.click(button('Move appointment'));
  await user.click(await screen.findByRole('button', { name: 'Book it anyway' }));
  await expect.poll(() => server.sentTo(ROUTE).length).toBe(2);
  expect(server.sentTo(ROUTE).at(-1)).toMatchObject({
    scheduled_at: '2026-11-24T04:00:00.000Z',
    outside_hours: true,
  });
});

test("another person's change is not overwritten until it was seen", async () => {
  const { server, user, onDone } = await openForm();
  await user.click(button('Somewhere else'));
  server.refuses(ROUTE, { status: 409, code: 'CHANGED_MEANWHILE', detail: 'It has just been changed.' });
  await user.type(field('Other time'), '13:20');
  await user.click(button('Move appointment'));
  await screen.findByText('This appointment just changed');
  expect(server.sentTo(ROUTE)).toMatchObject([{ version: 1 }]);
  server.answers(ROUTE, ChangedAppointment, exampleOf(ChangedAppointment));
  await user.click(button('Move appointment'));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE).at(-1)).toMatchObject({ version: 2 });
});

test('looking at another day is nothing to lose, a typed time is', async () => {
  const { user, onDone } = await openForm();
  await user.clear(field('Day'));
  await user.type(field('Day'), '2026-11-24');
  await user.click(button('Back'));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
  await user.type(field('Other time'), '13:20');
  await user.click(button('Back'));
  await screen.findByRole('dialog', { name: 'Discard changes?' });
  expect(onDone).toHaveBeenCalledOnce();
});

test('an appointment that is not confirmed yet moves without a text', async () => {
  await openForm({ status: 'pending' });
  screen.getByText('Not confirmed yet, so no text will be sent.');
  expect(screen.queryByRole('checkbox', { name: 'Text the patient the new time' })).toBeNull();
});
