import { screen } from '@testing-library/react';
import { ChangedAppointment } from '@voxanne/contract';
import { expect, test, vi } from 'vitest';
import { appointmentWith, exampleOf } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { alertText, button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { CancelForm } from './cancel-form.tsx';

const ROUTE = 'POST /api/appointments/:id/cancel';

async function openForm() {
  const server = startFakeServer();
  server.answers(ROUTE, ChangedAppointment, exampleOf(ChangedAppointment, { status: 'cancelled' }));
  const onDone = vi.fn();
  const { user } = await renderScreen(
    <CancelForm appointment={appointmentWith()} timeZone="America/Los_Angeles" onDone={onDone} />,
  );
  return { server, user, onDone };
}

test('an appointment is canceled with its reason, and the notice has the way back', async () => {
  const { server, user, onDone } = await openForm();
  expect(document.activeElement).toBe(field('Reason'));
  await user.type(field('Reason'), 'Ill');
  await user.click(button('Cancel the appointment'));
  await screen.findByText(/Canceled Maria Lopez, Mon, Nov 23/);
  button('Undo');
  expect(onDone).toHaveBeenCalledOnce();
  expect(server.sentTo(ROUTE)).toEqual([{ notify: true, reason: 'Ill', notify_after_s: 10 }]);
});

test('without a reason none is sent, and the text can be left out', async () => {
  const { server, user, onDone } = await openForm();
  await user.click(screen.getByRole('checkbox', { name: 'Text the patient about the cancellation' }));
  await user.click(button('Cancel the appointment'));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
  expect(server.sentTo(ROUTE)).toEqual([{ notify: false, notify_after_s: 10 }]);
});

test('a refusal is said beside the button, and the form stays', async () => {
  const { server, user, onDone } = await openForm();
  server.refuses(ROUTE, { status: 409, code: 'NOT_CANCELABLE', detail: 'It has already taken place.' });
  await user.click(button('Cancel the appointment'));
  expect(await alertText()).toContain('It has already taken place.');
  expect(onDone).not.toHaveBeenCalled();
});

test('a reason that was typed is asked about before it is lost', async () => {
  const { user, onDone } = await openForm();
  await user.type(field('Reason'), 'Ill');
  await user.click(button('Keep it'));
  await user.click(await screen.findByRole('button', { name: 'Discard' }));
  await expect.poll(() => onDone.mock.calls.length).toBe(1);
});
