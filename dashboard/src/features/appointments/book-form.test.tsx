import { screen } from '@testing-library/react';
import { Availability, Booked, ProviderList, ServiceList, type Slot } from '@voxanne/contract';
import { expect, test, vi } from 'vitest';
import { exampleOf, listOf, providerWith, serviceWith } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { alertText, button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { BookForm } from './book-form.tsx';
import type { BookingPlace } from './booking-values.ts';

const ZONE = 'America/Los_Angeles';
const ROUTE = 'POST /api/appointments';
const ADA = providerWith();
const slot = (start: string, slot_id: string): Slot => ({
  slot_id,
  start,
  end: new Date(Date.parse(start) + 30 * 60_000).toISOString(),
  provider_id: ADA.id,
  provider_name: ADA.name,
  label: '',
});
const AT_8 = slot('2026-11-23T16:00:00.000Z', 'slot-8');
const AT_9 = slot('2026-11-23T17:00:00.000Z', 'slot-9');
const TAKEN = { status: 409, code: 'SLOT_UNAVAILABLE', detail: 'That time is already taken.' };
const PLACE: BookingPlace = { at: AT_8.start, providerId: ADA.id, providerName: ADA.name };

async function openForm({ place, isOwner = false }: { place?: BookingPlace; isOwner?: boolean } = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T15:00:00Z') });
  const server = startFakeServer();
  server.answers('GET /api/services', ServiceList, listOf(serviceWith()));
  server.answers('GET /api/providers', ProviderList, listOf(ADA));
  server.answers('GET /api/availability', Availability, { slots: [AT_8, AT_9], reasons: [] });
  // What follows a booking is read again, and is another component's.
  server.answers(ROUTE, Booked, exampleOf(Booked, { scheduled_at: AT_8.start }));
  const onBooked = vi.fn();
  const { user } = await renderScreen(
    <BookForm timeZone={ZONE} shown={{}} isOwner={isOwner} onBooked={onBooked} {...(place && { place })} />,
  );
  return { server, user, onBooked };
}

async function nameThePatient({ user }: Awaited<ReturnType<typeof openForm>>) {
  await user.type(field('Patient name'), 'Maria');
  await user.type(field('Patient phone'), '4155550132');
}

test('a free time is booked for a patient, and the notice says so', async () => {
  const form = await openForm();
  const { server, user, onBooked } = form;
  await nameThePatient(form);
  await user.click(await screen.findByRole('radio', { name: /8:00/ }));
  await user.click(button('Book appointment'));
  await screen.findByText(/Maria is booked for Mon, Nov 23/);
  expect(onBooked).toHaveBeenCalledOnce();
  expect(server.sentTo(ROUTE)).toEqual([
    {
      name: 'Maria',
      phone: '4155550132',
      service_type: 'consultation',
      slot_id: 'slot-8',
      notify_after_s: 10,
    },
  ]);
});

test('what is missing is said at each field, and nothing is sent', async () => {
  const { server, user } = await openForm();
  await screen.findByRole('radio', { name: /8:00/ });
  await user.click(button('Book appointment'));
  screen.getByText('Enter the patient’s name.');
  screen.getByText('Enter a phone number for texts.');
  screen.getByText('Choose a time.');
  expect(document.activeElement).toBe(field('Patient name'));
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('a number that is none is said at the phone', async () => {
  const form = await openForm({ place: PLACE });
  const { server, user } = form;
  server.refuses(ROUTE, { status: 400, code: 'INVALID_PHONE', detail: 'That is not a phone number.' });
  await nameThePatient(form);
  await user.click(button('Book appointment'));
  await screen.findByText('That is not a phone number.');
  expect(document.activeElement).toBe(field('Patient phone'));
});

test('an address that is wrong brings out the field that was put away', async () => {
  const form = await openForm({ place: PLACE });
  const { server, user } = form;
  await nameThePatient(form);
  await user.click(button('More'));
  await user.type(screen.getByRole('textbox', { name: /mail/ }), 'maria@');
  await user.click(button('More'));
  expect(screen.queryByRole('textbox', { name: /mail/ })).toBeNull();
  server.refuses(ROUTE, { status: 400, code: 'INVALID_EMAIL', detail: 'That is not an address.' });
  await user.click(button('Book appointment'));
  await screen.findByText('That is not an address.');
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: /mail/ }));
});

test('a time that was just taken is answered with others, one click each', async () => {
  const form = await openForm();
  const { server, user, onBooked } = form;
  server.refuses(ROUTE, { ...TAKEN, alternatives: [AT_9] });
  await nameThePatient(form);
  await user.click(await screen.findByRole('radio', { name: /8:00/ }));
  await user.click(button('Book appointment'));
  expect(await alertText()).toContain('That time was just taken');
  server.answers(ROUTE, Booked, exampleOf(Booked, { scheduled_at: AT_9.start }));
  await user.click(button(/Book Mon, Nov 23.*9:00/));
  await expect.poll(() => onBooked.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE).at(-1)).toMatchObject({ slot_id: 'slot-9' });
});

test('a time that was chosen in the calendar is booked as it is', async () => {
  const form = await openForm({ place: PLACE });
  const { server, user, onBooked } = form;
  screen.getByText(/Mon, Nov 23.*8:00.*, Dr\. Ada/);
  await nameThePatient(form);
  await user.click(button('Book appointment'));
  await expect.poll(() => onBooked.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE)).toMatchObject([{ scheduled_at: AT_8.start, provider_id: ADA.id }]);
});

test('outside working hours it is booked only on purpose', async () => {
  const form = await openForm({ place: PLACE });
  const { server, user } = form;
  server.refuses(ROUTE, { status: 409, code: 'OUTSIDE_HOURS', detail: 'Dr. Ada is not there then.' });
  await nameThePatient(form);
  await user.click(button('Book appointment'));
  await user.click(await screen.findByRole('button', { name: 'Book it anyway' }));
  await expect.poll(() => server.sentTo(ROUTE).length).toBe(2);
  const [first, second] = server.sentTo(ROUTE);
  expect(first).not.toHaveProperty('outside_hours');
  expect(second).toMatchObject({ outside_hours: true });
});

test('an owner double-books with a reason', async () => {
  const form = await openForm({ place: PLACE, isOwner: true });
  const { server, user } = form;
  server.refuses(ROUTE, { ...TAKEN, alternatives: [] });
  await nameThePatient(form);
  await user.click(button('Book appointment'));
  await user.click(await screen.findByRole('checkbox', { name: 'Double-book this time anyway' }));
  expect(button('Double-book').disabled).toBe(true);
  await user.type(field('Reason'), 'Twins');
  await user.click(button('Double-book'));
  await expect.poll(() => server.sentTo(ROUTE).length).toBe(2);
  expect(server.sentTo(ROUTE).at(-1)).toMatchObject({ overbook: true, reason: 'Twins' });
});

test('only an owner can double-book', async () => {
  const form = await openForm({ place: PLACE });
  const { server, user } = form;
  server.refuses(ROUTE, { ...TAKEN, alternatives: [] });
  await nameThePatient(form);
  await user.click(button('Book appointment'));
  await alertText();
  expect(screen.queryByRole('checkbox', { name: 'Double-book this time anyway' })).toBeNull();
});
