import { screen } from '@testing-library/react';
import { ChangedAppointment, ContactPage, ServiceList } from '@voxanne/contract';
import { expect, test, vi } from 'vitest';
import { appointmentWith, contactWith, exampleOf, listOf, serviceWith } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { DetailsForm } from './details-form.tsx';

const ROUTE = 'PATCH /api/appointments/:id';
const CLEANING = serviceWith({
  id: '4d9f3c56-0a6e-4f5e-9d57-5a3f8c1f2b10',
  name: 'Cleaning',
  slug: 'cleaning',
  duration_minutes: 45,
});

async function openForm() {
  const server = startFakeServer();
  server.answers('GET /api/services', ServiceList, listOf(serviceWith(), CLEANING));
  server.answers(ROUTE, ChangedAppointment, exampleOf(ChangedAppointment));
  const onDone = vi.fn();
  const { user } = await renderScreen(
    <DetailsForm appointment={appointmentWith()} timeZone="America/Los_Angeles" isOwner onDone={onDone} />,
  );
  return { server, user, onDone };
}

test('only what was changed is sent', async () => {
  const { server, user, onDone } = await openForm();
  expect(button('Save').disabled).toBe(true);
  await user.type(field('Notes'), 'Wheelchair');
  await user.click(button('Save'));
  await screen.findByText('Updated Maria Lopez’s appointment.');
  expect(onDone).toHaveBeenCalledOnce();
  expect(server.sentTo(ROUTE)).toEqual([{ notes: 'Wheelchair', version: 1 }]);
});

test('another service brings its length along', async () => {
  const { server, user, onDone } = await openForm();
  await user.click(screen.getByRole('combobox', { name: 'Service' }));
  await user.click(await screen.findByRole('option', { name: 'Cleaning' }));
  expect(field('Length in minutes').value).toBe('45');
  await user.click(button('Save'));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE)).toEqual([{ service_type: 'cleaning', duration_minutes: 45, version: 1 }]);
});

test('a length that no appointment has is refused before it is sent', async () => {
  const { server, user } = await openForm();
  await user.clear(field('Length in minutes'));
  await user.type(field('Length in minutes'), '500');
  await user.click(button('Save'));
  screen.getByText('Enter 5 to 480 minutes, or leave it blank.');
  expect(document.activeElement).toBe(field('Length in minutes'));
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('a longer appointment that reaches into another one can be put over it by an owner', async () => {
  const { server, user } = await openForm();
  server.refuses(ROUTE, { status: 409, code: 'SLOT_UNAVAILABLE', detail: 'That time is already taken.' });
  await user.clear(field('Length in minutes'));
  await user.type(field('Length in minutes'), '60');
  await user.click(button('Save'));
  await screen.findByText('That time is taken');
  await user.click(screen.getByRole('checkbox', { name: 'Double-book this time anyway' }));
  await user.type(field('Reason'), 'Family');
  await user.click(button('Double-book'));
  await expect.poll(() => server.sentTo(ROUTE).length).toBe(2);
  expect(server.sentTo(ROUTE).at(-1)).toEqual({
    duration_minutes: 60,
    overbook: true,
    reason: 'Family',
    version: 1,
  });
});

test('another patient is found by name, and both are named before it is saved', async () => {
  const { server, user, onDone } = await openForm();
  const { appointments: _, ...tom } = contactWith({
    id: '6f0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
    name: 'Tom Becker',
    phone: '+14155550177',
  });
  server.answers('GET /api/contacts', ContactPage, ({ query }) =>
    query.search === 'Tom' ? listOf(tom) : listOf(),
  );
  await user.click(button('Change patient'));
  await user.type(field('Find a patient'), 'Tom');
  await user.click(await screen.findByRole('button', { name: /Tom Becker/ }));
  screen.getByText(/Maria Lopez that this appointment is canceled, Tom Becker that it’s booked/);
  await user.click(button('Save'));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE)).toEqual([{ contact_id: tom.id, version: 1 }]);
});
