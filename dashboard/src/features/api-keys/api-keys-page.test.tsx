import { screen, within } from '@testing-library/react';
import { ApiKey, ApiKeyList, Me, NewApiKey, Organization } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { exampleOf, meAs } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { button } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { ApiKeysPage } from './api-keys-page.tsx';

const ORGANIZATION = {
  id: '3d1c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
  name: 'Bright Smiles',
  phone: null,
  public_phone: null,
  time_zone: 'America/New_York',
  country: 'US',
  booking_horizon_days: 365,
  calendar_policy: 'internal_only' as const,
  uses_google_calendar: true,
  message_retention_days: null,
  requests_per_hour: null,
  max_requests_per_hour: 1_000,
  require_second_factor: false,
  created_at: '2026-11-12T23:00:00.000Z',
};

async function openPage(role: Me['role'], keys: ApiKey[]) {
  const server = startFakeServer();
  server.answers('GET /api/me', Me, meAs(role));
  server.answers('GET /api/api-keys', ApiKeyList, { data: keys, next_cursor: null });
  server.answers('GET /api/organization', Organization, ORGANIZATION);
  const { user } = await renderScreen(<ApiKeysPage />);
  return { server, user };
}

test('a new key is made with the scopes that were checked, and shown until it is hidden', async () => {
  const { server, user } = await openPage('owner', []);
  await screen.findByText('No API keys yet');
  server.answers('POST /api/api-keys', NewApiKey, exampleOf(NewApiKey));
  await user.click(button('New key'));
  await user.click(await screen.findByRole('button', { name: 'Create key' }));
  await screen.findByText('Choose what the key can do.');
  await user.type(screen.getByRole('textbox', { name: /^Name/ }), 'Website booking form');
  await user.click(screen.getByRole('checkbox', { name: /^Book/ }));
  await user.click(button('Create key'));
  expect(await screen.findByDisplayValue(exampleOf(NewApiKey).key)).toBeTruthy();
  expect(server.sentTo('POST /api/api-keys')).toEqual([
    { name: 'Website booking form', scopes: ['book'], expires_at: null, requests_per_hour: null },
  ]);
  await user.click(button('Hide key'));
  expect(screen.queryByDisplayValue(exampleOf(NewApiKey).key)).toBeNull();
});

test('an admin finds neither the scope operate nor a way to rotate a key that has it', async () => {
  const operating = exampleOf(ApiKey, { name: 'Replays', scopes: ['operate'] });
  const { user } = await openPage('admin', [operating]);
  await screen.findByText('Replays');
  expect(screen.queryByRole('button', { name: /^Rotate Replays/ })).toBeNull();
  button(/^Revoke Replays/);
  await user.click(button('New key'));
  await screen.findByRole('checkbox', { name: /^Admin/ });
  expect(screen.queryByRole('checkbox', { name: /^Operate/ })).toBeNull();
});

test('a limit above the operator’s is refused in the dialog, and what was typed stays', async () => {
  const { server, user } = await openPage('owner', [exampleOf(ApiKey)]);
  const name = exampleOf(ApiKey).name;
  await user.click(await screen.findByRole('button', { name: new RegExp(`^Change the limit of ${name}`) }));
  server.refuses('PATCH /api/api-keys/:id', {
    status: 400,
    code: 'LIMIT_TOO_HIGH',
    detail: 'The operator allows programs of your clinic 1,000 requests an hour.',
  });
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(dialog.getByLabelText('Requests an hour'), '5000');
  await user.click(dialog.getByRole('button', { name: 'Save limit' }));
  await dialog.findByText(/operator allows/);
  expect((dialog.getByLabelText('Requests an hour') as HTMLInputElement).value).toBe('5000');
});

test('staff see whom to ask, and ask the server for nothing', async () => {
  const { server } = await openPage('staff', []);
  await screen.findByText(/Only an owner or admin/);
  expect(server.sentTo('GET /api/api-keys')).toEqual([]);
});
