import { screen, within } from '@testing-library/react';
import {
  Appointment,
  ChangedAppointment,
  IntegrationList,
  Me,
  ProviderList,
  ServiceList,
} from '@voxanne/contract';
import { expect, test, vi } from 'vitest';
import {
  appointmentWith,
  exampleOf,
  listOf,
  meAs,
  providerWith,
  serviceWith,
} from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { button } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { AppointmentDrawer } from './appointment-drawer.tsx';

const ROUTE = 'POST /api/appointments/:id/status';

function startClinic() {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T15:50:00Z') });
  const server = startFakeServer();
  server.answers('GET /api/integrations', IntegrationList, { data: [] });
  server.answers('GET /api/me', Me, meAs('staff'));
  return server;
}

async function openDrawer(change: Partial<Appointment> = {}) {
  const server = startClinic();
  const item = appointmentWith(change);
  server.answers('GET /api/appointments/:id', Appointment, item);
  server.answers('GET /api/services', ServiceList, listOf(serviceWith()));
  server.answers('GET /api/providers', ProviderList, listOf(providerWith()));
  const onClose = vi.fn();
  const { user } = await renderScreen(
    <AppointmentDrawer
      id={item.id}
      people={[providerWith()]}
      timeZone="America/Los_Angeles"
      isOwner
      onClose={onClose}
    />,
  );
  const drawer = within(await screen.findByRole('dialog', { name: item.contact.name }));
  await drawer.findByText('Texts to the patient');
  return { server, user, drawer, onClose };
}

const offered = (drawer: Awaited<ReturnType<typeof openDrawer>>['drawer']) =>
  drawer.queryAllByRole('button').map(({ textContent }) => textContent);

type Rights = Pick<Appointment, 'status' | 'allowed_changes' | 'allowed_actions'>;
const ALL: Rights['allowed_actions'] = ['move', 'edit', 'cancel'];

test.each<[Rights['status'], Rights['allowed_changes'], Rights['allowed_actions'], string[]]>([
  ['pending', ['confirmed'], ALL, ['Confirm', 'Move', 'Edit', 'Cancel']],
  ['confirmed', ['arrived', 'no_show'], ALL, ['Check in', 'No-show', 'Move', 'Edit', 'Cancel']],
  ['confirmed', ['arrived'], ALL, ['Check in', 'Move', 'Edit', 'Cancel']],
  ['arrived', ['completed', 'confirmed'], ['edit', 'cancel'], ['Done', 'Undo check-in', 'Edit', 'Cancel']],
  ['no_show', ['confirmed'], ['edit'], ['Undo no-show', 'Edit']],
  ['completed', [], ['edit'], ['Edit']],
  ['cancelled', [], [], []],
])('the buttons are what the server allows: %s, %s, %s', async (status, changes, actions, buttons) => {
  const { drawer } = await openDrawer({ status, allowed_changes: changes, allowed_actions: actions });
  const [close, ...rest] = offered(drawer);
  expect(close).toBe('');
  expect(rest).toEqual(buttons);
});

test('checking in is one click, and the notice says so', async () => {
  const { server, user } = await openDrawer({ allowed_changes: ['arrived'] });
  server.answers(ROUTE, ChangedAppointment, exampleOf(ChangedAppointment, { status: 'arrived' }));
  await user.click(button('Check in'));
  await screen.findByText('Maria Lopez is checked in.');
  expect(server.sentTo(ROUTE)).toEqual([{ status: 'arrived', early: false }]);
});

test('what is still to come is recorded after a question', async () => {
  const { server, user } = await openDrawer({
    allowed_changes: ['completed'],
    scheduled_at: '2026-11-24T16:00:00.000Z',
  });
  server.answers(ROUTE, ChangedAppointment, exampleOf(ChangedAppointment, { status: 'completed' }));
  await user.click(button('Done'));
  await screen.findByRole('dialog', { name: 'It’s not time yet' });
  expect(server.sentTo(ROUTE)).toEqual([]);
  await user.click(button('Mark as done anyway'));
  await expect.poll(() => server.sentTo(ROUTE)).toEqual([{ status: 'completed', early: true }]);
});

test('"Cancel" asks for a reason in the place of the buttons', async () => {
  const { user, drawer } = await openDrawer();
  await user.click(button('Cancel'));
  drawer.getByRole('form', { name: 'Cancel the appointment' });
  expect(drawer.queryByRole('button', { name: 'Move' })).toBeNull();
  await user.click(button('Keep it'));
  await drawer.findByRole('button', { name: 'Move' });
});

test('the last change can be undone as long as the server allows it', async () => {
  const { server, user } = await openDrawer({ undo_until: '2026-11-23T16:00:00.000Z' });
  server.answers('POST /api/appointments/:id/undo', ChangedAppointment, exampleOf(ChangedAppointment));
  await user.click(button('Undo'));
  await screen.findByText(/Maria Lopez is back on Mon, Nov 23/);
});

test('an appointment that cannot be read says so, and can be asked for again', async () => {
  const server = startClinic();
  const item = appointmentWith();
  server.refuses('GET /api/appointments/:id', { status: 404, code: 'NOT_FOUND', detail: 'It is gone.' });
  const { user } = await renderScreen(
    <AppointmentDrawer id={item.id} people={[]} timeZone="UTC" isOwner onClose={() => undefined} />,
  );
  await screen.findByText('It is gone.');
  server.answers('GET /api/appointments/:id', Appointment, item);
  await user.click(button('Retry'));
  await screen.findByText('Texts to the patient');
});
