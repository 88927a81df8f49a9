import { screen } from '@testing-library/react';
import { Mode, OwnerLinkFacts } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { exampleOf } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { SignUpPage } from './sign-up-page.tsx';

const LINK = 'q3XAn0W9m2b5u8r1t4k7p0s3v6y9B2E5';

async function open(
  sign_up: 'open' | 'invited' | 'closed',
  at = '/sign-up',
  arrange: (server: ReturnType<typeof startFakeServer>) => void = () => undefined,
) {
  const server = startFakeServer();
  arrange(server);
  server.answers('GET /api/mode', Mode, exampleOf(Mode, { sign_up }));
  server.answers('GET /api/auth/get-session', z.null(), null);
  return { server, ...(await renderScreen(<SignUpPage />, { at })) };
}

test('anyone finds the form where sign-up is open', async () => {
  await open('open');
  expect(await screen.findByRole('button', { name: 'Create clinic' })).toBeDefined();
});

test('where it is invited, a visitor without a link reads whom to ask, and finds no form', async () => {
  await open('invited');
  expect(await screen.findByRole('heading', { name: 'By invitation only' })).toBeDefined();
  expect(screen.getByText(/ask the people who run this service for a link/)).toBeDefined();
  expect(screen.queryByLabelText(/Password/)).toBeNull();
});

test('where it is closed, a link changes nothing', async () => {
  await open('closed', `/sign-up#${LINK}`);
  expect(await screen.findByRole('heading', { name: 'Sign-up is closed' })).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Create clinic' })).toBeNull();
});

test('the operator’s link for one address brings the form with that address, and goes with it', async () => {
  const { server, user } = await open('invited', `/sign-up#${LINK}`, (fake) =>
    fake.answers('POST /api/owner-links/look-up', OwnerLinkFacts, exampleOf(OwnerLinkFacts)),
  );
  const email = await screen.findByLabelText(/Email/);
  expect(email).toHaveProperty('value', 'ann@brightsmiles.example');
  expect(email).toHaveProperty('readOnly', true);
  server.refuses('POST /api/auth/sign-up/email', {
    status: 410,
    code: 'OWNER_LINK_EXPIRED',
    detail: 'It expired.',
  });
  await user.type(screen.getByLabelText(/Your name/), 'Ann');
  await user.type(screen.getByLabelText(/Clinic name/), 'Bright Smiles');
  await user.type(screen.getByLabelText(/Password/), 'long enough');
  await user.click(screen.getByRole('button', { name: 'Create clinic' }));
  expect(await screen.findByText('It expired.')).toBeDefined();
  expect(server.sentTo('POST /api/auth/sign-up/email')).toMatchObject([
    { email: 'ann@brightsmiles.example', invitation: LINK },
  ]);
});

test('a link that is no good is answered in words, without a form', async () => {
  await open('invited', `/sign-up#${LINK}`, (server) =>
    server.refuses('POST /api/owner-links/look-up', {
      status: 409,
      code: 'OWNER_LINK_USED',
      detail: 'It was used.',
    }),
  );
  expect(await screen.findByText('It was used.')).toBeDefined();
  expect(screen.queryByRole('button', { name: 'Create clinic' })).toBeNull();
});
