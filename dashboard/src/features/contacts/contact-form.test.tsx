import { screen } from '@testing-library/react';
import { ContactDetail, Me } from '@voxanne/contract';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { contactWith, meAs } from '../../testing/examples.ts';
import { startFakeServer } from '../../testing/fake-server.ts';
import { alertText, button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { ContactForm } from './contact-form.tsx';

const ROUTE = 'PATCH /api/contacts/:id';
const MARIA = contactWith();

/** Beside the form, what another window saves. */
function Opened() {
  const [contact, set] = useState(MARIA);
  return (
    <>
      <button type="button" onClick={() => set({ ...contact, name: 'Maria Cruz', notes: 'New notes' })}>
        Another window
      </button>
      <ContactForm contact={contact} />
    </>
  );
}

async function openForm() {
  const server = startFakeServer();
  server.answers('GET /api/me', Me, meAs('staff'));
  server.answers(ROUTE, ContactDetail, ({ body }) => contactWith(body as Partial<ContactDetail>));
  return { server, ...(await renderScreen(<Opened />, { at: '/patients' })) };
}

test('only what was changed is sent, and then there is nothing to save', async () => {
  const { server, user } = await openForm();
  expect(button('Save changes').disabled).toBe(true);
  await user.clear(field('Name'));
  await user.type(field('Name'), 'Maria Lopez');
  await user.click(button('Save changes'));
  await screen.findByText('Saved Dr. Maria Lopez.');
  expect(server.sentTo(ROUTE)).toEqual([{ name: 'Maria Lopez' }]);
  expect(button('Save changes').disabled).toBe(true);
});

test('a patient needs a name', async () => {
  const { server, user } = await openForm();
  await user.clear(field('Name'));
  await user.click(button('Save changes'));
  screen.getByText('Enter the patient’s name.');
  expect(document.activeElement).toBe(field('Name'));
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test('fields that were not touched follow another window, and what is being typed stays', async () => {
  const { server, user } = await openForm();
  await user.clear(field('Notes'));
  await user.type(field('Notes'), 'Mine');
  await user.click(button('Another window'));
  expect(field('Name').value).toBe('Maria Cruz');
  expect(field('Notes').value).toBe('Mine');
  await user.click(button('Save changes'));
  await expect.poll(() => server.sentTo(ROUTE)).toEqual([{ notes: 'Mine' }]);
});

test('a name and a number that another patient has lead to that patient', async () => {
  const { server, user, href } = await openForm();
  const other = '6f0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10';
  const detail = 'Another patient has that name and number.';
  server.refuses(ROUTE, { status: 409, code: 'CONTACT_EXISTS', detail, contact_id: other });
  await user.type(field('Name'), 'x');
  await user.click(button('Save changes'));
  expect(await alertText()).toContain(detail);
  await user.click(screen.getByRole('link', { name: 'Open the other patient' }));
  await expect.poll(href).toBe(`/patients?patient=${other}`);
});
