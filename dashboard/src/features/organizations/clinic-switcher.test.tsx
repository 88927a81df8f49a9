import { screen } from '@testing-library/react';
import { Joined, MyOrganization, MyOrganizationList } from '@voxanne/contract';
import { beforeEach, expect, test, vi } from 'vitest';
import { exampleOf } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { ClinicSwitcher } from './clinic-switcher.tsx';

const HERE = exampleOf(MyOrganization);
const OTHER = exampleOf(MyOrganization, {
  id: '6f1f5b0e-2f0a-4b57-9d3e-6d0c8a0b7c11',
  name: 'Harbor Dental',
  role: 'admin',
  is_active: false,
});

const replace = vi.fn();
beforeEach(() => {
  replace.mockClear();
  vi.spyOn(window, 'location', 'get').mockReturnValue(
    new Proxy(window.location, { get: (at, name) => (name === 'replace' ? replace : Reflect.get(at, name)) }),
  );
});

async function open(clinics: MyOrganization[]) {
  const server = startFakeServer();
  server.answers('GET /api/organizations', MyOrganizationList, { data: clinics, next_cursor: null });
  return { server, ...(await renderScreen(<ClinicSwitcher orgId={HERE.id} name={HERE.name} />)) };
}

test('a person of one clinic sees its name, and nothing to switch', async () => {
  await open([HERE]);
  expect(await screen.findByText('Bright Smiles')).toBeDefined();
  expect(screen.queryByRole('button')).toBeNull();
});

test('a person of several chooses with the keyboard, and the page starts over in the other clinic', async () => {
  const { server, user } = await open([HERE, OTHER]);
  server.answers('POST /api/organizations/:id/activate', Joined, { org_id: OTHER.id });
  const button = await screen.findByRole('button', { name: 'Bright Smiles, switch clinic' });
  button.focus();
  await user.keyboard('{Enter}');
  const items = await screen.findAllByRole('menuitem');
  expect(items.map((item) => [item.textContent, item.getAttribute('aria-current')])).toEqual([
    ['Bright Smiles', 'true'],
    ['Harbor Dental', 'false'],
    ['Create another clinic', null],
  ]);
  items[1]?.focus();
  await user.keyboard('{Enter}');
  await vi.waitFor(() => expect(replace).toHaveBeenCalledWith('/'));
});

test('a switch that is refused is said, and the page stays', async () => {
  const { server, user } = await open([HERE, OTHER]);
  server.refuses('POST /api/organizations/:id/activate', {
    status: 404,
    code: 'ORG_NOT_FOUND',
    detail: 'You don’t belong to it anymore.',
  });
  await user.click(await screen.findByRole('button', { name: /switch clinic/ }));
  await user.click(await screen.findByRole('menuitem', { name: 'Harbor Dental' }));
  expect(await screen.findByText(/You don’t belong to it anymore/)).toBeDefined();
  expect(replace).not.toHaveBeenCalled();
});
