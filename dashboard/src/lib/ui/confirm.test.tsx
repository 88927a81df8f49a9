import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderScreen } from '../../testing/render-screen.tsx';
import { Confirm } from './confirm.tsx';

async function ask({ busy = false } = {}) {
  const [onConfirm, onCancel] = [vi.fn(), vi.fn()];
  const { user } = await renderScreen(
    <Confirm
      opened
      title="Delete Dr. Ada?"
      confirm="Delete provider"
      cancel="Keep"
      busy={busy}
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      They can’t be booked anymore.
    </Confirm>,
  );
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete Dr. Ada?' }));
  return { user, dialog, onConfirm, onCancel };
}

test('the question says what follows, and yes is one click', async () => {
  const { user, dialog, onConfirm, onCancel } = await ask();
  dialog.getByText('They can’t be booked anymore.');
  await user.click(dialog.getByRole('button', { name: 'Delete provider' }));
  expect(onConfirm).toHaveBeenCalledOnce();
  expect(onCancel).not.toHaveBeenCalled();
});

test.each(['Keep', 'Close'])('"%s" puts the question away', async (name) => {
  const { user, dialog, onConfirm, onCancel } = await ask();
  await user.click(dialog.getByRole('button', { name }));
  expect(onCancel).toHaveBeenCalledOnce();
  expect(onConfirm).not.toHaveBeenCalled();
});

test('Escape puts the question away', async () => {
  const { user, onConfirm, onCancel } = await ask();
  await user.keyboard('{Escape}');
  expect(onCancel).toHaveBeenCalledOnce();
  expect(onConfirm).not.toHaveBeenCalled();
});

test('while it is being done, it cannot be asked for again', async () => {
  const { user, dialog, onConfirm } = await ask({ busy: true });
  await user.click(dialog.getByRole('button', { name: 'Delete provider' }));
  expect(onConfirm).not.toHaveBeenCalled();
});
