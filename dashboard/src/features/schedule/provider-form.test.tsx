import { screen, within } from '@testing-library/react';
import { Deleted, Me, type Provider, SavedProvider } from '@voxanne/contract';
import { expect, test, vi } from 'vitest';
import { meAs, providerWith } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { ProviderForm } from './provider-form.tsx';

const ADA = providerWith();

async function openForm({ provider, role = 'owner' }: { provider?: Provider; role?: Me['role'] } = {}) {
  const server = startFakeServer();
  server.answers('GET /api/me', Me, meAs(role));
  const onDone = vi.fn();
  const { user, href } = await renderScreen(<ProviderForm provider={provider} onDone={onDone} />);
  return { server, user, href, onDone };
}

const saved = (body: unknown) => ({
  ...ADA,
  ...(body as Partial<Provider>),
  notices: ['One appointment is outside of it.'],
  affected: [],
});

test('a provider is added by name', async () => {
  const { server, user, onDone } = await openForm();
  server.answers('POST /api/providers', SavedProvider, ({ body }) => saved(body));
  await user.type(field('Name'), 'Dr. Ben');
  await user.click(button('Add provider'));
  await screen.findByText('Saved Dr. Ben.');
  expect(server.sentTo('POST /api/providers')).toEqual([{ name: 'Dr. Ben', active: true }]);
  // What the server had to say goes to the page, which stays.
  expect(onDone.mock.lastCall?.[0]).toMatchObject({ notices: ['One appointment is outside of it.'] });
});

test('a provider has a name', async () => {
  const { server, user } = await openForm();
  await user.type(field('Name'), ' ');
  await user.click(button('Add provider'));
  screen.getByText('Enter the name patients use.');
  expect(document.activeElement).toBe(field('Name'));
  expect(server.sentTo('POST /api/providers')).toEqual([]);
});

test('only what was changed is sent', async () => {
  const { server, user } = await openForm({ provider: ADA });
  server.answers('PATCH /api/providers/:id', SavedProvider, ({ body }) => saved(body));
  expect(button('Save changes').disabled).toBe(true);
  await user.click(screen.getByRole('switch', { name: 'Can be booked' }));
  await user.click(button('Save changes'));
  await screen.findByText('Saved Dr. Ada.');
  expect(server.sentTo('PATCH /api/providers/:id')).toEqual([{ active: false }]);
});

test("the provider's week is one link away", async () => {
  const { user, href } = await openForm({ provider: ADA });
  screen.getByText(/Mon to Fri 9:00/);
  await user.click(screen.getByRole('link', { name: 'Change the opening hours' }));
  await expect.poll(href).toBe(`/settings/hours?provider=${ADA.id}`);
});

test('a provider who has appointments is deleted on a second question', async () => {
  const { server, user, onDone } = await openForm({ provider: ADA });
  const until = '2026-11-23T16:00:00.000Z';
  server.refuses('DELETE /api/providers/:id', {
    status: 409,
    code: 'HAS_APPOINTMENTS',
    detail: 'Two appointments are still to come.',
    appointments: 2,
    until,
  });
  await user.click(button('Delete provider'));
  const question = within(await screen.findByRole('dialog', { name: 'Delete Dr. Ada?' }));
  question.getByText('They can’t be booked anymore. Past appointments stay in the records.');
  await user.click(question.getByRole('button', { name: 'Delete provider' }));
  await question.findByText(/2 upcoming appointments, the last on Mon, Nov 23/);
  server.answers('DELETE /api/providers/:id', Deleted, {
    success: true,
    id: ADA.id,
    appointments: 2,
    until,
    notices: [],
  });
  await user.click(question.getByRole('button', { name: 'Delete anyway' }));
  await screen.findByText('Deleted Dr. Ada.');
  expect(onDone).toHaveBeenCalledOnce();
  expect(server.sentTo('DELETE /api/providers/:id')).toEqual([{ force: 'false' }, { force: 'true' }]);
});

test('staff look and change nothing', async () => {
  await openForm({ provider: ADA, role: 'staff' });
  await screen.findByText('Only an owner or admin of the clinic can change this.');
  expect(field('Name').disabled).toBe(true);
  expect(screen.queryByRole('button')).toBeNull();
});
