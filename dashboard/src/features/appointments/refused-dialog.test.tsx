import { screen } from '@testing-library/react';
import type { Problem } from '@voxanne/contract';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../../lib/api/api-error.ts';
import { appointmentWith } from '../../testing/examples.ts';
import { alertText, button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import type { Move } from './pending-moves.ts';
import { RefusedDialog } from './refused-dialog.tsx';

const MARIA = appointmentWith();
const MOVE: Move = {
  appointment: MARIA,
  to: { at: '2026-11-23T17:00:00.000Z', providerId: MARIA.provider_id, providerName: 'Dr. Ada' },
  body: { scheduled_at: '2026-11-23T17:00:00.000Z' },
  key: 'key-1',
};
const AT_10 = {
  slot_id: 'slot-10',
  start: '2026-11-23T18:00:00.000Z',
  end: '2026-11-23T18:30:00.000Z',
  provider_id: MARIA.provider_id,
  provider_name: 'Dr. Ada',
  label: '',
};

interface Refusal {
  code: string;
  status?: number;
  message?: string;
  body?: Partial<Problem>;
}

async function refuse(
  { code, status = 409, message = 'That time is already taken.', body = {} }: Refusal,
  isOwner = false,
) {
  const answers = {
    onTake: vi.fn(),
    onOverbook: vi.fn(),
    onAnyway: vi.fn(),
    onRetry: vi.fn(),
    onClose: vi.fn(),
  };
  const error = new ApiError({ code, status, message, body });
  const { user } = await renderScreen(
    <RefusedDialog
      refused={{ move: MOVE, error }}
      isOwner={isOwner}
      timeZone="America/Los_Angeles"
      {...answers}
    />,
  );
  return { user, ...answers };
}

test('it says why, and that the appointment is where it was', async () => {
  const { user, onClose } = await refuse({ code: 'SLOT_UNAVAILABLE' });
  await screen.findByRole('dialog', { name: 'That time is taken' });
  expect(await alertText()).toBe('That time is already taken. Nothing changed.');
  screen.getByText(/Maria Lopez stays on Mon, Nov 23.*8:00/);
  await user.click(button('Keep the original time'));
  expect(onClose).toHaveBeenCalledOnce();
});

test('each free time is one click', async () => {
  const { user, onTake } = await refuse({ code: 'SLOT_UNAVAILABLE', body: { alternatives: [AT_10] } });
  await user.click(await screen.findByRole('button', { name: /Move to Mon, Nov 23.*10:00.*, Dr\. Ada/ }));
  expect(onTake.mock.lastCall?.[0]).toBe(MOVE);
  expect(onTake.mock.lastCall?.[1]).toMatchObject({ slot_id: 'slot-10' });
});

test('an owner double-books with a reason', async () => {
  const { user, onOverbook } = await refuse({ code: 'SLOT_UNAVAILABLE' }, true);
  await user.click(await screen.findByRole('checkbox', { name: 'Double-book this time anyway' }));
  await user.type(field('Reason'), ' Twins ');
  await user.click(button('Double-book'));
  expect(onOverbook).toHaveBeenCalledWith(MOVE, 'Twins');
});

test('only an owner can double-book', async () => {
  await refuse({ code: 'SLOT_UNAVAILABLE' });
  await alertText();
  expect(screen.queryByRole('checkbox', { name: 'Double-book this time anyway' })).toBeNull();
});

test('a reason that was typed is asked about before the dialog closes', async () => {
  const { user, onClose } = await refuse({ code: 'SLOT_UNAVAILABLE' }, true);
  await user.click(await screen.findByRole('checkbox', { name: 'Double-book this time anyway' }));
  await user.type(field('Reason'), 'Twins');
  await user.click(button('Keep the original time'));
  await screen.findByRole('dialog', { name: 'Discard changes?' });
  expect(onClose).not.toHaveBeenCalled();
});

test('outside working hours it can be put there on purpose', async () => {
  const { user, onAnyway } = await refuse({ code: 'OUTSIDE_HOURS', message: 'Dr. Ada is not there then.' });
  await user.click(await screen.findByRole('button', { name: 'Book it anyway' }));
  expect(onAnyway).toHaveBeenCalledWith(MOVE);
});

test('after a lost answer nothing is claimed, and the same change can be sent again', async () => {
  const { user, onRetry } = await refuse({ code: 'UNREACHABLE', status: 0, message: 'No answer.' });
  await screen.findByRole('dialog', { name: 'No answer from Voxanne' });
  expect(await alertText()).not.toContain('Nothing changed');
  expect(screen.queryByText(/stays on/)).toBeNull();
  await user.click(button('Try again'));
  expect(onRetry).toHaveBeenCalledWith(MOVE);
});

test('of an appointment that someone else just changed it does not say where it was', async () => {
  await refuse({ code: 'CHANGED_MEANWHILE', message: 'It has just been changed.' });
  await screen.findByRole('dialog', { name: 'This appointment just changed' });
  expect(screen.queryByText(/stays on/)).toBeNull();
  button('Leave it there');
});
