import { screen, within } from '@testing-library/react';
import { Me, type Provider, SavedProvider } from '@voxanne/contract';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { meAs, providerWith } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { HoursForm } from './hours-form.tsx';

const ROUTE = 'PATCH /api/providers/:id';
const NINE_TO_FIVE: [string, string] = ['09:00', '17:00'];
const ADA = providerWith({ working_hours: { '1': [NINE_TO_FIVE] } as Provider['working_hours'] });

/** Beside the form, what another window saves. */
function Opened() {
  const [provider, set] = useState(ADA);
  const theirs = { '1': [['10:00', '16:00']] } as Provider['working_hours'];
  return (
    <>
      <button type="button" onClick={() => set({ ...provider, working_hours: theirs })}>
        Another window
      </button>
      <HoursForm provider={provider} />
    </>
  );
}

async function openForm(role: Me['role'] = 'owner') {
  const server = startFakeServer();
  server.answers('GET /api/me', Me, meAs(role));
  server.answers(ROUTE, SavedProvider, ({ body }) => ({
    ...ADA,
    ...(body as Partial<Provider>),
    notices: ['One appointment is outside of it.'],
    affected: [
      {
        appointment_id: '3c8f1a52-9d2c-4c52-8a53-0d6a1f6f2b10',
        name: 'Maria Lopez',
        scheduled_at: '2026-11-23T16:00:00.000Z',
      },
    ],
  }));
  const { user } = await renderScreen(<Opened />);
  return { server, user };
}

const day = (name: string) => within(screen.getByRole('group', { name }));

test('a day gets hours and a break, and the other weekdays get the same', async () => {
  const { server, user } = await openForm();
  day('Tuesday').getByText('Closed');
  await user.click(button('Add a break on Monday'));
  await user.click(button('Copy to weekdays from Monday'));
  await user.click(button('Remove Friday, hours 1'));
  await user.click(button('Remove Friday, break 1'));
  await user.click(button('Save hours'));
  await screen.findByText('Saved the hours for Dr. Ada.');
  const weekdays = ['1', '2', '3', '4'];
  const each = (window: [string, string]) => Object.fromEntries(weekdays.map((one) => [one, [window]]));
  expect(server.sentTo(ROUTE)).toEqual([
    { working_hours: each(NINE_TO_FIVE), breaks: each(['12:00', '13:00']) },
  ]);
});

test('what the change leaves outside is listed, each one link from the calendar', async () => {
  const { user } = await openForm();
  await user.click(button('Add hours on Tuesday'));
  await user.click(button('Save hours'));
  await screen.findByText('One appointment is outside of it.');
  expect(screen.getByRole('link', { name: /Maria Lopez, Mon, Nov 23/ }).getAttribute('href')).toContain(
    '/calendar?',
  );
  await user.click(within(screen.getByRole('status')).getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByText('One appointment is outside of it.')).toBeNull();
});

test('hours that overlap are marked at their day, which has the focus, and are not sent', async () => {
  const { server, user } = await openForm();
  await user.click(button('Add hours on Monday'));
  await user.type(field('Monday, hours 2, from'), '11:00');
  await user.type(field('Monday, hours 2, to'), '18:00');
  expect(day('Monday').queryByRole('alert')).toBeNull();
  await user.click(button('Save hours'));
  expect((await day('Monday').findByRole('alert')).textContent).toContain('overlaps');
  expect(document.activeElement).toBe(field('Monday, hours 1, from'));
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('a row of one time is not saved', async () => {
  const { server, user } = await openForm();
  await user.click(button('Add hours on Monday'));
  await user.type(field('Monday, hours 2, from'), '18:00');
  await user.click(button('Save hours'));
  await day('Monday').findByText('Enter both times, or remove the row.');
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('a break that changes nothing is a hint, and can be saved', async () => {
  const { server, user } = await openForm();
  await user.click(button('Add a break on Tuesday'));
  day('Tuesday').getByText(/The break from 12:00.PM to 1:00.PM/);
  await user.click(button('Save hours'));
  await expect.poll(() => server.sentTo(ROUTE).length).toBe(1);
});

test('hours that were saved elsewhere are shown at once', async () => {
  const { user } = await openForm();
  await user.click(button('Another window'));
  expect(field('Monday, hours 1, from').value).toBe('10:00');
  expect(button('Save hours').disabled).toBe(true);
});

test('a week that is being worked on is not taken away: the person chooses', async () => {
  const { user } = await openForm();
  await user.click(button('Add hours on Tuesday'));
  await user.click(button('Another window'));
  await screen.findByText('Someone else changed these hours');
  expect(field('Monday, hours 1, from').value).toBe('09:00');
  await user.click(button('Show theirs'));
  expect(field('Monday, hours 1, from').value).toBe('10:00');
  day('Tuesday').getByText('Closed');
});

test('"Discard" brings the saved hours back', async () => {
  const { user } = await openForm();
  await user.click(button('Remove Monday, hours 1'));
  day('Monday').getByText('Closed');
  await user.click(button('Discard'));
  expect(field('Monday, hours 1, from').value).toBe('09:00');
});

test('an auditor looks and changes nothing', async () => {
  await openForm('auditor');
  await screen.findByText('Only an owner or admin of the clinic can change the hours.');
  expect(field('Monday, hours 1, from').disabled).toBe(true);
  expect(screen.queryByRole('button', { name: 'Add hours on Monday' })).toBeNull();
});
