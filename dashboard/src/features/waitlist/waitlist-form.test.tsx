import { screen } from '@testing-library/react';
import { ServiceList, WaitlistEntry } from '@voxanne/contract';
import { expect, test, vi } from 'vitest';
import { exampleOf, listOf, serviceWith } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { alertText, button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { WaitlistForm } from './waitlist-form.tsx';

const ROUTE = 'POST /api/waitlist';

async function openForm() {
  const server = startFakeServer();
  server.answers('GET /api/services', ServiceList, listOf(serviceWith()));
  server.answers(ROUTE, WaitlistEntry, exampleOf(WaitlistEntry));
  const onDone = vi.fn();
  const { user } = await renderScreen(<WaitlistForm onDone={onDone} />);
  return { server, user, onDone };
}

async function choose({ user }: Awaited<ReturnType<typeof openForm>>, label: string, option: string) {
  await user.click(screen.getByRole('combobox', { name: label }));
  await user.click(await screen.findByRole('option', { name: option }));
}

test('a patient waits for a service, for a part of the day, until a day', async () => {
  const form = await openForm();
  const { server, user, onDone } = form;
  expect(document.activeElement).toBe(field('Name'));
  await user.type(field('Name'), 'Maria');
  await user.type(field('Phone'), '4155550132');
  await choose(form, 'Service', 'Consultation');
  await choose(form, 'Time of day', 'Before noon');
  await user.type(field('Until'), '2026-12-18');
  await user.click(button('Add to waitlist'));
  await screen.findByText('Maria Lopez is on the waitlist.');
  expect(onDone).toHaveBeenCalledOnce();
  expect(server.sentTo(ROUTE)).toEqual([
    {
      name: 'Maria',
      phone: '4155550132',
      service_type: 'consultation',
      latest_date: '2026-12-18',
      windows: [['00:00', '12:00']],
    },
  ]);
});

test('what is missing is said at each field', async () => {
  const { server, user } = await openForm();
  await user.click(button('Add to waitlist'));
  screen.getByText('Enter the patient’s name.');
  screen.getByText('Enter a phone number for texts.');
  screen.getByText('Choose a service.');
  expect(document.activeElement).toBe(field('Name'));
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('a patient who waits already is said beside the button', async () => {
  const form = await openForm();
  const { server, user, onDone } = form;
  server.refuses(ROUTE, { status: 409, code: 'ALREADY_WAITING', detail: 'Maria waits for that already.' });
  await user.type(field('Name'), 'Maria');
  await user.type(field('Phone'), '4155550132');
  await choose(form, 'Service', 'Consultation');
  await user.click(button('Add to waitlist'));
  expect(await alertText()).toContain('Maria waits for that already.');
  expect(onDone).not.toHaveBeenCalled();
});

test('what was typed is asked about before the form closes', async () => {
  const { user, onDone } = await openForm();
  await user.type(field('Name'), 'Maria');
  await user.click(button('Close'));
  await user.click(await screen.findByRole('button', { name: 'Keep editing' }));
  expect(onDone).not.toHaveBeenCalled();
  expect(field('Name').value).toBe('Maria');
});
