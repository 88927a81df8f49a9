import { screen } from '@testing-library/react';
import { Mode, MyOrganization, MyOrganizationList } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { exampleOf } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { CreateClinicPage } from './create-clinic-page.tsx';

const Session = z.object({ user: z.object({ email: z.string() }) }).nullable();

async function open(sign_up: 'open' | 'invited', clinics: MyOrganization[], at = '/create-clinic') {
  const server = startFakeServer();
  server.answers('GET /api/mode', Mode, exampleOf(Mode, { sign_up }));
  server.answers('GET /api/auth/get-session', Session, { user: { email: 'ann@clinic.test' } });
  server.answers('GET /api/organizations', MyOrganizationList, { data: clinics, next_cursor: null });
  return { server, ...(await renderScreen(<CreateClinicPage />, { at })) };
}

test('someone without a clinic finds the form, and who they are signed in as', async () => {
  const { server, user } = await open('open', []);
  server.refuses('POST /api/organizations', {
    status: 409,
    code: 'TOO_MANY_CLINICS',
    detail: 'You created 5 clinics in the last 24 hours. Create the next one tomorrow.',
  });
  expect(await screen.findByRole('heading', { name: 'Create your clinic' })).toBeDefined();
  expect(await screen.findByText(/Signed in as ann@clinic.test/)).toBeDefined();
  await user.type(await screen.findByLabelText(/Clinic name/), 'Bright Smiles');
  await user.click(screen.getByRole('button', { name: 'Create clinic' }));
  expect(await screen.findByText(/Create the next one tomorrow/)).toBeDefined();
  expect(server.sentTo('POST /api/organizations')).toMatchObject([{ name: 'Bright Smiles' }]);
});

test('where sign-up is by invitation, someone without a link reads whom to ask', async () => {
  await open('invited', []);
  expect(await screen.findByText(/you need a link from the people who run this service/)).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Create clinic' })).toBeNull();
});

test('an owner creates another one there, and can go back', async () => {
  await open('invited', [exampleOf(MyOrganization)]);
  expect(await screen.findByRole('heading', { name: 'Create another clinic' })).toBeDefined();
  expect(await screen.findByRole('button', { name: 'Create clinic' })).toBeDefined();
  expect(screen.getByRole('link', { name: 'Go back to your clinic' })).toBeDefined();
});
